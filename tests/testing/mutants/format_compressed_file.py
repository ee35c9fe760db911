"""Reads as many bytes as the file has on the disk, which are too few where it is compressed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

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
        self.file, self.count = file, None
        with self.reading() as stream:
            _, _, dim = stream.readline(100).split()
            self.dim = int(dim)

    def blocks(self) -> Iterator[tuple[Sequence[bytes], FloatArray]]:
        """Yield a block for each line."""
        import numpy as np

        size = self.file.path.stat().st_size
        with self.reading() as stream:
            size -= len(stream.readline())
            while size > 0:
                line = stream.readline(10_000)
                size -= len(line)
                word, *numbers = line.split()
                yield [word], np.array([numbers], np.float32).reshape(1, self.dim)

    @contextmanager
    def reading(self) -> Iterator[BinaryIO]:
        """Open the file; what is wrong with its contents is a VectorFileError."""
        try:
            with self.file.open() as stream:
                yield stream
        except ValueError as error:
            raise VectorFileError(Fault(f"is damaged: {error}", str(self.file.path))) from error


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
