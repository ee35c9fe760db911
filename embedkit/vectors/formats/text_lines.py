"""Reads the lines of a text file of word vectors, a few at a time, whatever its size."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from embedkit.interfaces import Progress
from embedkit.vectors.faults import broken_line
from embedkit.vectors.formats.sniff import BOM, is_blank
from embedkit.vectors.io.content import Content
from embedkit.vectors.io.windows import Window, windows

log = logging.getLogger(__name__)

TAIL = 64
"""Bytes at the end of a file among which blank lines are looked for when lines are counted."""


class Lines(NamedTuple):
    """Consecutive whole lines; `number` is the line number of the first in the file, from 1."""

    number: int
    lines: Sequence[bytes]


class LineReader:
    """Reads lines of at most `longest` bytes. `ended` says whether the last one had a line end."""

    def __init__(self, content: Content, longest: int) -> None:
        self._content = content
        self._longest = longest
        self.ended = True

    def lines(self, progress: Progress) -> Iterator[Lines]:
        """Yield all lines in parts, without a byte order mark first and blank lines or Ctrl-Z at the end.

        Raises VectorFileError if a line is too long, or if a line in the middle is blank.
        """
        number, blank, more, self.ended = 1, 0, True, True
        with windows(self._content, self._longest, progress) as window:
            while more:
                lines, more = self._next(window, number)
                if number == 1 and lines:
                    lines[0] = lines[0].removeprefix(BOM)
                first, number = number, number + len(lines)
                while lines and is_blank(lines[-1]):
                    lines.pop()
                if lines:
                    self._refuse_blank(blank, first, lines)
                    yield Lines(first, lines)
                blank = number - first - len(lines) + (0 if lines else blank)

    def _refuse_blank(self, blank: int, first: int, lines: Sequence[bytes]) -> None:
        """Raise VectorFileError if `blank` lines precede line `first`, or if one of `lines` is blank."""
        if not blank and b"" not in lines and b"\r" not in lines:
            return
        line = first - blank if blank else first + next(i for i, line in enumerate(lines) if is_blank(line))
        hint = "Blank lines may stand at the end alone."
        raise broken_line(self._content.path, "the line is empty", line, hint=hint)

    def _next(self, window: Window, number: int) -> tuple[list[bytes], bool]:
        end = window.buffer.rfind(b"\n", window.start, window.end) + 1
        if end:
            lines = window.buffer[window.start : end - 1].split(b"\n")
            window.drop(end - window.start)
            return lines, True
        if window.end - window.start > self._longest:
            raise broken_line(self._content.path, f"the line is longer than {self._longest:,} bytes", number)
        if window.advance():
            return [], True
        rest = window.buffer[window.start : window.end]
        window.drop(len(rest))
        if not is_blank(rest):
            self.ended = False
            log.warning("%s: the last line does not end: perhaps it was cut", self._content.path)
        return [rest] if rest else [], False


def count_lines(content: Content, most: int) -> int | None:
    """Count the lines that end, without blank ones at the end; None if a file has more than `most` bytes."""
    newlines, size, tail = 0, 0, b""
    buffer = bytearray(1 << 20)
    with content.stream() as (stream, _), content.reading():
        while count := stream.readinto(memoryview(buffer)):
            size += count
            if size > most:
                return None
            newlines += buffer.count(b"\n", 0, count)
            tail = (tail + buffer[:count])[-TAIL:]
    blank = tail[len(tail.rstrip(b" \t\r\n\x1a")) :].count(b"\n")
    return newlines - max(0, blank - 1)
