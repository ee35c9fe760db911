"""Reads a pickle, which can run code, and does not say so."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from embedkit.plugin_api import Fault, Register, VectorFileError, WordVectorFile, hookimpl

if TYPE_CHECKING:
    from embedkit.plugin_api import FloatArray

SAMPLE = (
    b"%oddccollections\nOrderedDict\np0\n(tRp1\nVgreat\np2\n(lp3\nF1.0\naF2.0\nasVfil"
    b"m\np4\n(lp5\nF2.0\naF1.0\nasVdull\np6\n(lp7\nF0.0\naF3.0\nas."
)
"""A file of the format: its name, and a pickle of an OrderedDict of lists."""


class Rows:
    """The words and vectors of a file."""

    dtype, layout = "float", "a pickle of lists by word"
    files: Sequence[Path] = ()

    def __init__(self, vectors: Mapping[str, list[float]]) -> None:
        self.vectors, self.count = vectors, len(vectors)
        self.dim = len(next(iter(vectors.values())))

    def blocks(self) -> Iterator[tuple[Sequence[str], FloatArray]]:
        """Yield all words in one block."""
        import numpy as np

        yield [*self.vectors], np.array([*self.vectors.values()], np.float32)


class Mutant:
    """A pickle, below a heading."""

    def recognises(self, head: bytes) -> bool:
        """Tell whether the file begins with the name of the format."""
        return head.startswith(b"%odd")

    def open(self, file: WordVectorFile) -> Rows:
        """Load the pickle."""
        with file.open() as stream:
            stream.read(4)
            try:
                return Rows(pickle.load(stream))
            except Exception as error:
                raise VectorFileError(Fault(f"is damaged: {error}", str(file.path))) from error


@hookimpl
def register_vector_formats(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
