"""The records of a word2vec binary file: where each word and its vector are in a window.

A record is a word, one space and D little-endian float32. The original C tool writes a newline after each
record, gensim and GoogleNews none; a newline is taken as the beginning of the next record, where it cannot be
part of a word. One regular expression finds all words of a window at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from embedkit.vectors.windows import Window

MAX_WORD = 4096
"""Bytes that a word and line ends before it may have: what is longer is no word but a file read wrongly."""

LINE_ENDS = b"\r\n"


class Records(NamedTuple):
    """Consecutive records: `raw` their words with any line ends before them, `first` where the first begins,
    `overhead` the bytes of each record that are not in its raw word, `lead` those of them before it.
    """

    raw: Sequence[bytes]
    first: int
    overhead: int
    lead: int

    @property
    def size(self) -> int:
        """Bytes of all of them together."""
        return sum(map(len, self.raw)) + self.overhead * len(self.raw)

    def vectors(self) -> list[int]:
        """Where each record's vector begins."""
        ends = accumulate(map(len, self.raw))
        shift = self.first + self.lead + 1
        return [end + shift + i * self.overhead for i, end in enumerate(ends)]


class Framing:
    """Finds records of `dim` dimensions, of at most `max_size` bytes.

    `lines` says whether each one so far had a newline before it.
    """

    def __init__(self, dim: int) -> None:
        self.vector_size = 4 * dim
        self.max_size = 1 + MAX_WORD + 1 + self.vector_size
        # What is no whole record matches the last alternative: else the search would go on byte by byte.
        record = rb"([^ ]{0,%d}+) .{%d}" % (MAX_WORD, self.vector_size)
        self._bare = re.compile(record + rb"|.++", re.DOTALL)
        self._lined = re.compile(rb"\n" + record + rb"|.++", re.DOTALL)
        self.lines = True

    def records(self, window: Window) -> Records:
        """Whole records from the beginning of the window on, none when there is no whole one."""
        if self.lines:
            found = self._find(self._lined, window, lead=1)
            rest = found.first + found.size
            if rest == window.end or window.buffer[rest] == LINE_ENDS[-1]:
                return found
            self.lines = False
            if found.raw:
                return found
        return self._find(self._bare, window, lead=0)

    def _find(self, pattern: re.Pattern[bytes], window: Window, lead: int) -> Records:
        raw = pattern.findall(window.buffer, window.start, window.end)
        found = Records(raw, window.start, lead + 1 + self.vector_size, lead)
        if raw and not raw[-1]:
            # Either an empty word, or what the last alternative matched.
            last = window.start + found.size - found.overhead
            match = pattern.match(window.buffer, last, window.end)
            if match is None or match[1] is None:
                raw.pop()
        return found
