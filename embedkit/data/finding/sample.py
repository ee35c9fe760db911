"""A bounded sample of a file: its head, and pieces spread over the rest."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from embedkit.errors import DataError, Fault
from embedkit.files.compression import PLAIN
from embedkit.files.decoding import MIXED, likely_encodings
from embedkit.files.opening import compression_of_file, head_of, open_bytes
from embedkit.files.signatures import not_the_file, unicode_form

HEAD = 1 << 18
"""Bytes at the beginning of a file that are looked at."""

PIECE = 1 << 16
PIECES = 16
"""Pieces that are looked at beyond the head, of PIECE bytes each; they begin anywhere in a line."""

TELLING = 1 << 16
"""Bytes of lines beyond ASCII that tell encodings apart."""


@dataclass(frozen=True)
class Sample:
    """The head of a file's content, decompressed, and pieces of the rest; `whole` if there is no rest."""

    path: str
    head: bytes
    pieces: tuple[bytes, ...]
    whole: bool

    @classmethod
    def of(cls, path: str) -> Sample:
        """Read a sample. Raises DataError for a file that cannot be read, is empty, or is no text."""
        fault = not_the_file(head_of(path), path)
        if fault:
            raise DataError(fault)
        with open_bytes(path) as file:
            head = file.read(HEAD)
            pieces = tuple(piece for piece in _pieces(path, file) if piece)
        if not head.strip():
            raise DataError(Fault("is empty: there is no text in it", path))
        return cls(path, head, pieces, not pieces)

    def encoding(self) -> str:
        """Return the likeliest encoding. Raises DataError if none fits."""
        form = unicode_form(self.head[:PIECE])
        if form:
            return form[0]
        lines = [line for line in self._lines() if not line.isascii()]
        good = sum(_is_utf8(line) for line in lines)
        if good >= MIXED * len(lines):  # a reader names the damaged lines, if there are any
            return "utf-8"
        likely = likely_encodings(b"\n".join(lines)[:TELLING])
        if not likely:
            hint = "A recipe's `encoding` names the encoding of a file."
            raise DataError(Fault("is in no encoding that is known here", self.path, hint=hint))
        return likely[0]

    def _lines(self) -> Iterator[bytes]:
        """Yield the complete lines of the head, then of the pieces."""
        lines = self.head.split(b"\n")
        yield from lines if self.whole else lines[:-1]
        for piece in self.pieces:
            yield from piece.split(b"\n")[1:-1]

    def text(self, encoding: str) -> str:
        """Return the text of the head up to its last complete line, without a byte order mark."""
        text = codecs.getincrementaldecoder(encoding)("replace").decode(self.head, self.whole)
        if not self.whole:
            text = text[: text.rfind("\n") + 1] or text
        return text.lstrip("\ufeff")

    def further(self, encoding: str) -> Iterator[str]:
        """Yield the complete lines of each piece as one text."""
        for piece in self.pieces:
            text = codecs.getincrementaldecoder(_within(encoding, self.head))("replace").decode(piece)
            yield text[text.find("\n") + 1 : text.rfind("\n") + 1]


def _pieces(path: str, file: BinaryIO) -> Iterator[bytes]:
    """Yield pieces of the file beyond its head: spread over it or, of a compressed file, the next ones."""
    if compression_of_file(path) is not PLAIN:
        yield from (file.read(PIECE) for _ in range(PIECES))
        return
    rest = Path(path).stat().st_size - HEAD
    for number in range(PIECES) if rest > 0 else ():
        last = max(0, rest - PIECE)
        offset = HEAD + last * number // (PIECES - 1)
        file.seek(offset - offset % 4, os.SEEK_SET)  # 4: the longest unit of UTF-16 and UTF-32
        yield file.read(PIECE)
        if not last:
            return


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _within(encoding: str, head: bytes) -> str:
    """Return the encoding for a piece inside a file, where there is no byte order mark."""
    if encoding in ("utf-16", "utf-32"):
        big = head.startswith((b"\xfe\xff", b"\0\0\xfe\xff"))
        return f"{encoding}-{'be' if big else 'le'}"
    return encoding
