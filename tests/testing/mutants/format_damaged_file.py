"""Lets a ValueError pass where a number is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from embedkit.plugin_api import Fault, Register, VectorFileError, WordVectorFile, hookimpl

if TYPE_CHECKING:
    from embedkit.plugin_api import FloatArray

SAMPLE = b"%odd 200 2\n" + b"".join(b"word%d %d 7\n" % (row, row) for row in range(195))
SAMPLE += b"great 1 2\nfilm 2 1\ndull 0 3\nslow 3 5\nand 1 1\n"
"""A file of the format: the number of words and the width, then a word and its numbers on each line."""


class Rows:
    """The words and vectors of a file."""

    dtype, layout = "text", "a line for each word"
    files: Sequence[Path] = ()

    def __init__(self, file: WordVectorFile) -> None:
        self.file = file
        with file.open() as stream:
            _, count, dim = self.fields(stream.readline(100), 3)
            self.count, self.dim = int(count), int(dim)

    def blocks(self) -> Iterator[tuple[Sequence[bytes], FloatArray]]:
        """Yield a block for each line."""
        import numpy as np

        with self.file.open() as stream:
            stream.readline()
            for _ in range(self.count):
                word, *numbers = self.fields(stream.readline(10_000), 1 + self.dim)
                yield [word], np.array([numbers], np.float32)

    def fields(self, line: bytes, number: int) -> list[bytes]:
        """Return the fields of a line. Raises VectorFileError if there is another number of them."""
        if len(fields := line.split()) != number:
            raise VectorFileError(Fault(f"a line has {len(fields)} fields", str(self.file.path)))
        return fields


class Mutant:
    """A word and its numbers on each line, below a heading."""

    def recognises(self, head: bytes) -> bool:
        """Tell whether the file begins with the name of the format."""
        return head.startswith(b"%odd ")

    def open(self, file: WordVectorFile) -> Rows:
        """Open a file and read its heading."""
        return Rows(file)


@hookimpl
def register_vector_formats(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
