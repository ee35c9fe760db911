"""A format of word vectors in two files: numbers in one, words in the other."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from embedkit.plugin_api import Fault, Lookup, VectorFileError, WordVectorFile

MAGIC = b"contract-0-1\n"


class TwoFiles:
    """Numbers as text, a vector a line; the words in a file of the same name with `.words`."""

    runs_code = False

    def recognises(self, head: bytes) -> bool:
        """Return whether the first line is there."""
        return head.startswith(MAGIC)

    def open(self, file: WordVectorFile) -> "Rows":
        """Read the words, and the first vector."""
        return Rows(file)


class Rows:
    """The rows of both files."""

    dtype = "text"
    layout = "numbers and words in two files"

    def __init__(self, file: WordVectorFile) -> None:
        self.file = file
        beside = file.path.with_name(f"{file.path.name}.words")
        if not beside.exists():
            raise VectorFileError(Fault("has no words beside it", where=str(file.path)))
        self.words = beside.read_text("utf-8").split()
        self.files: Sequence[Path] = [beside]
        with file.open() as opened:
            assert opened.readline() == MAGIC
            self.dim = len(opened.readline().split())

    @property
    def count(self) -> int | None:
        """Return the number of words."""
        return len(self.words)

    def blocks(self) -> Iterator[tuple[Sequence[str | bytes], Any]]:
        """Yield the first word as bytes, then all others as text."""
        import numpy as np

        with self.file.open() as opened:
            opened.readline()
            vectors = np.array([line.split() for line in opened], dtype=np.float32)
        yield [self.words[0].encode()], vectors[:1]
        yield self.words[1:], vectors[1:]

    def subword(self, words: Sequence[str]) -> Lookup:
        """Return nothing."""
        import numpy as np

        n = len(words)
        return Lookup(np.zeros((n, self.dim), np.float32), np.zeros(n, bool), np.full(n, -1, np.int64))
