"""Sample files of vector formats, which authors give for the checks: a format takes no parameters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from embedkit.interfaces import WordVectorFile
from embedkit.vectors.io.content import examine
from embedkit.vectors.io.whole_file import WholeFile

KIND = "vector-format"

SAMPLE = "sample"
"""The key, among the parameters for the checks, that names the sample file of a format."""


def file_at(path: Path) -> WordVectorFile:
    """Return the file as embedkit gives it to a format. Raises VectorFileError if it cannot be read."""
    file: WordVectorFile = WholeFile(examine(path))
    return file


@dataclass(frozen=True)
class Sample:
    """The sample file of a format: the argument of its exercise."""

    path: Path

    def __call__(self, _number: int) -> WordVectorFile:
        """Return the file as embedkit gives it to a format."""
        return file_at(self.path)
