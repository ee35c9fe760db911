"""Formats of word-vector files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from embedkit.interfaces.arrays import FloatArray


class WordVectorFile(Protocol):
    """A file of word vectors, as a format is given it."""

    @property
    def path(self) -> Path:
        """Return the path of the file: a regular file that can be read."""

    def open(self) -> AbstractContextManager[BinaryIO]:
        """Open the file for reading from front to back, decompressed on the way.

        May be called any number of times. Reading raises VectorFileError for a file that is truncated or
        damaged in its compression.
        """


class VectorRows(Protocol):
    """The contents of a word-vector file, whose beginning has been read and checked.

    For a file with subwords it also has a method `subword(words: Sequence[str]) -> Lookup`, which gives
    vectors of words that are not in the file; `found` is False for words without a vector.
    """

    @property
    def dim(self) -> int:
        """Return D, the width of every vector."""

    @property
    def count(self) -> int | None:
        """Return the number of vectors; None if it is only known once all are read."""

    @property
    def dtype(self) -> str:
        """Return the type of the numbers in the file, such as `float32` or `text`."""

    @property
    def layout(self) -> str:
        """Return a description in prose of how the file arranges words and vectors."""

    @property
    def files(self) -> Sequence[Path]:
        """Return the other files that belong to it; the cache is rebuilt if one of them changes."""

    def blocks(self) -> Iterable[tuple[Sequence[str | bytes], FloatArray]]:
        """Yield all n words and vectors, float32 [n, D], in the file's order, in blocks of any size.

        Called anew for every pass. Words given as bytes are taken for UTF-8 and checked. Raises
        VectorFileError for a damaged file.
        """


class VectorFormat(Protocol):
    """A format of word-vector files. A class whose reading can run code in the file, as with a pickle, sets
    `runs_code = True`: such a file is opened only if the user says that it is trusted.
    """

    def recognises(self, head: bytes) -> bool:
        """Return whether a file has this format, by its first 512 bytes (or fewer), uncompressed."""

    def open(self, file: WordVectorFile) -> VectorRows:
        """Open a file and check its beginning.

        Raises VectorFileError if it is not a valid file of this format.
        """
