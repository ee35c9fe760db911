"""Reads all records of a part of a plain word2vec binary file, and guesses where such a part may begin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from embedkit.interfaces import Progress
from embedkit.vectors.io.content import Content
from embedkit.vectors.io.windows import windows
from embedkit.vectors.lookup.gathering import Batch
from embedkit.vectors.lookup.index import IndexBuilder
from embedkit.vectors.lookup.records import LINE_ENDS, MAX_WORD, Framing
from embedkit.vectors.lookup.words import WordReader
from embedkit.vectors.reading import Errors
from embedkit.vectors.selection import Selection

if TYPE_CHECKING:
    from embedkit.files.compression import Stream

CONVINCING = 16
"""Records that must follow one another for a guess."""


@dataclass(frozen=True)
class Part(Content):
    """The bytes of a plain file from `begin` up to `end`."""

    begin: int
    end: int

    @contextmanager
    def stream(self) -> Iterator[tuple[Stream, BinaryIO]]:
        """Give a stream of the bytes of the part, and the raw file below it."""
        with super().stream() as (_, raw):
            raw.seek(self.begin)
            yield _Until(raw, self.end), raw


@dataclass(frozen=True)
class _Until:
    raw: BinaryIO
    end: int

    def readinto(self, buffer: memoryview, /) -> int | None:
        return self.raw.readinto(buffer[: max(0, self.end - self.raw.tell())])  # type: ignore[attr-defined,no-any-return]


@dataclass(frozen=True)
class Half:
    """The records to read: of `dim` dimensions, from byte `begin` up to `end`, at most `count` of them."""

    begin: int
    end: int
    dim: int
    count: int
    errors: Errors


def guess(content: Content, dim: int) -> int | None:
    """Find a byte in the middle of the file at which a record seems to begin; None if there is none."""
    size = 4 * dim
    with content.path.open("rb") as file:
        file.seek(content.size // 2)
        data = file.read((CONVINCING + 2) * (size + 64) + MAX_WORD)
    space = data.find(b" ")
    while 0 <= space < 2 * size + MAX_WORD:
        if _convincing(data, space + 1 + size, size):
            return content.size // 2 + space + 1 + size
        space = data.find(b" ", space + 1)
    return None


def _convincing(data: bytes, begin: int, size: int) -> bool:
    for _ in range(CONVINCING):
        space = data.find(b" ", begin, begin + MAX_WORD + 1)
        if space < 0 or not data[begin:space].decode(errors="replace").strip("\r\n").isprintable():
            return False
        begin = space + 1 + size
    return begin <= len(data)


def scan_part(
    content: Content, half: Half, selection: Selection, builder: IndexBuilder | None, progress: Progress
) -> tuple[int, int]:
    """Read all records of the half, and return their number and how many words had bytes replaced.

    The wanted rows go into `selection`, the places of all words into `builder`. Raises VectorFileError for
    faults that a single process reports better, and ValueError if the half does not end with a whole record.
    """
    part = Part(content.path, content.size, content.compression, half.begin, half.end)
    framing, reader, row = Framing(half.dim), WordReader(content.path, half.errors), 0
    with windows(part, framing.max_size, progress) as window:
        window.offset = half.begin
        while window.advance():
            while (records := framing.records(window).only(half.count - row)).raw:
                words = reader.words(records, row, window.offset - window.start)
                Batch(row, words, records, window).gather(selection, builder)
                row += len(records.raw)
                window.drop(records.size)
            if window.end - window.start >= framing.max_size:
                break
        if window.buffer[window.start : window.end].strip(LINE_ENDS):
            raise ValueError("the halves do not meet between two records")
    return row, reader.replaced
