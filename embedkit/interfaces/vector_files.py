"""Formats of word-vector files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from embedkit.interfaces.arrays import FloatArray


class WordVectorFile(Protocol):
    """A file of word vectors as a format gets it."""

    @property
    def path(self) -> Path:
        """Where it is: a regular file that can be read."""

    def open(self) -> AbstractContextManager[BinaryIO]:
        """Its bytes from front to back, decompressed on the way, any number of times.

        Reading them raises VectorFileError for a file that is cut or damaged in its compression.
        """


class VectorRows(Protocol):
    """What a file has, its beginning read and checked.

    One of a file with subwords also has a method `subword(words: Sequence[str]) -> Lookup`: vectors of words
    that the file has not; `found` is False for those that have none either.
    """

    @property
    def dim(self) -> int:
        """D."""

    @property
    def count(self) -> int | None:
        """How many vectors there are; None where only reading all of them can tell."""

    @property
    def dtype(self) -> str:
        """What the file has its numbers as, such as `float32` or `text`."""

    @property
    def layout(self) -> str:
        """How the file arranges words and vectors, in words."""

    @property
    def files(self) -> Sequence[Path]:
        """Other files that belong to it: what the cache keeps is made again when one of them changes."""

    def blocks(self) -> Iterable[tuple[Sequence[str | bytes], FloatArray]]:
        """All n words and vectors, float32 [n, D], in the file's order, any number of them at a time.

        Called for every pass. Words that are bytes are taken for UTF-8 and checked. Raises VectorFileError
        for a file that is damaged.
        """


class VectorFormat(Protocol):
    """A format of word-vector files. One whose reading can run code that is in the file, as a pickle's does,
    sets `runs_code = True`: such a file is only opened for who says that it is trusted.
    """

    def recognises(self, head: bytes) -> bool:
        """Whether a file is of this format, by its first 512 bytes, uncompressed; fewer of a shorter file."""

    def open(self, file: WordVectorFile) -> VectorRows:
        """The file, its beginning checked. Raises VectorFileError for one that is not what it should be."""
