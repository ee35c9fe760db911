"""The interface of a file format: how a file is recognised, opened and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
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
    """Consecutive rows of a file, from number `row` on: `words` are UTF-8, `vectors` float32 [n, D].

    `numerals` holds the values of each row as a text file has them, separated by spaces; None for other
    files.
    """

    row: int
    words: Sequence[bytes]
    vectors: FloatArray
    numerals: Sequence[bytes] | None = None

    def only(self, rows: Sequence[int]) -> Block:
        """Return a block of the given rows alone; they are numbered within this block."""
        numerals = self.numerals and [self.numerals[row] for row in rows]
        return Block(self.row, [self.words[row] for row in rows], self.vectors[[*rows]], numerals)


@dataclass(frozen=True)
class Options:
    """How a file is read: `errors` decides on words that are not UTF-8, `limit` keeps only the first vectors.

    Two `processes` share a large plain word2vec binary file; the result is the same. `tensor` names the
    matrix of a safetensors file, and `tokenizer` the tokenizer.json that has its words.
    """

    errors: Errors = "strict"
    limit: int | None = None
    processes: Literal[1, 2] = field(default=1, compare=False, repr=False)
    tensor: str | None = field(default=None, repr=False)  # no key of the cache: such files are not cached
    tokenizer: Path | None = field(default=None, repr=False)


class Reader(Protocol):
    """A file of one format whose header has been checked."""

    @property
    def name(self) -> str:
        """Return the name of the format."""

    @property
    def count(self) -> int | None:
        """Return the number of vectors; None if only reading the whole file can tell."""

    @property
    def dim(self) -> int:
        """Return D, the number of dimensions of the vectors."""

    @property
    def dtype(self) -> str:
        """Return the type of the values: `float32`, `float16`, `float64`, `bfloat16`, `int8` or `text`."""

    @property
    def layout(self) -> str:
        """Return a description of how words and vectors are arranged."""

    def scan(self, selection: Selection, progress: Progress) -> ScanReport:
        """Put the wanted rows into `selection`, and return a report.

        Raises VectorFileError if the file is damaged.
        """

    def blocks(self, progress: Progress) -> Iterator[Block]:
        """Yield all rows in file order. Raises VectorFileError if the file is damaged."""


@runtime_checkable
class SubwordReader(Protocol):
    """A reader of a file that also has subword vectors."""

    def subword(self, words: Sequence[str]) -> Lookup:
        """Return vectors of `words` from their subwords alone; `found` is False for words without any."""


class Format(NamedTuple):
    """A format of word-vector files.

    `recognises` tells from the first 16 KiB of a file, uncompressed, whether it has this format; `open` reads
    and checks the header, and raises VectorFileError for a file of another format.
    """

    name: str
    recognises: Callable[[bytes], bool]
    open: Callable[[Content, Options], Reader]
