"""What a format is to the engine: how it is recognised, opened and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, runtime_checkable

from embedkit.interfaces import Lookup, Progress
from embedkit.vectors.io.content import Content
from embedkit.vectors.selection import ScanReport, Selection

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray

Errors = Literal["strict", "replace"]

READING = 2
"""Counts the ways in which rows were read: what the cache keeps of another one is not used."""


class Block(NamedTuple):
    """Consecutive vectors of a file: `row` is the first one's, `words` UTF-8, `vectors` float32 [n, D].

    `numerals` are the values of each row as a text file has them, with a space between; None for other files.
    """

    row: int
    words: Sequence[bytes]
    vectors: FloatArray
    numerals: Sequence[bytes] | None = None

    def only(self, rows: Sequence[int]) -> Block:
        """Return the rows of these numbers, counted within the block."""
        numerals = self.numerals and [self.numerals[row] for row in rows]
        return Block(self.row, [self.words[row] for row in rows], self.vectors[[*rows]], numerals)


@dataclass(frozen=True)
class Options:
    """How a file is read: `errors` about words that are not UTF-8, `limit` to the first vectors.

    Two `processes` share a large plain word2vec binary file; they find what one finds.
    """

    errors: Errors = "strict"
    limit: int | None = None
    processes: Literal[1, 2] = field(default=1, compare=False, repr=False)


class Reader(Protocol):
    """A file of one format whose header has been checked."""

    @property
    def name(self) -> str:
        """The format's name."""

    @property
    def count(self) -> int | None:
        """How many vectors there are; None where only reading the whole file can tell."""

    @property
    def dim(self) -> int:
        """D."""

    @property
    def dtype(self) -> str:
        """What numbers are written as: `float32`, `float16`, `float64`, `bfloat16` or `text`."""

    @property
    def layout(self) -> str:
        """How words and vectors are arranged, in words."""

    def scan(self, selection: Selection, progress: Progress) -> ScanReport:
        """Give `selection` the rows that it wants. Raises VectorFileError for a file that is damaged."""

    def blocks(self, progress: Progress) -> Iterator[Block]:
        """All rows in order. Raises VectorFileError for a file that is damaged."""


@runtime_checkable
class SubwordReader(Protocol):
    """A reader of a file that also has vectors for parts of words."""

    def subword(self, words: Sequence[str]) -> Lookup:
        """Vectors of `words` made of their subwords alone; `found` is False where a word has none."""


@dataclass(frozen=True)
class Format:
    """A format of word-vector files.

    `recognises` tells by the first 512 bytes, uncompressed, whether a file is of it; `open` reads and checks
    the header and raises VectorFileError for a file of another format.
    """

    name: str
    recognises: Callable[[bytes], bool]
    open: Callable[[Content, Options], Reader]
