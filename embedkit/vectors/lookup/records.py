"""The records of a word2vec binary file: where each word and its vector are in a window.

A record is a word, one space and D little-endian float32. The original C tool writes a newline after each
record, gensim and GoogleNews none; a newline is taken as the beginning of the next record, where it cannot be
part of a word. One regular expression finds all words of a window at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from embedkit.vectors.io.windows import Window
from embedkit.vectors.lookup.word_hash import word_bounds

if TYPE_CHECKING:
    from embedkit.interfaces import IntArray

MAX_WORD = 4096
"""Bytes that a word and line ends before it may have: what is longer is no word but a file read wrongly."""

LINE_ENDS = b"\r\n"


class Records(NamedTuple):
    """Consecutive records of a window, from byte `first` on, of `size` bytes together.

    `raw` are their words, with any line ends before them, and `joined` is the same, joined by spaces; each
    record has `overhead` bytes besides its raw word, `lead` of them before the word.
    """

    raw: Sequence[bytes]
    joined: bytes
    first: int
    size: int
    overhead: int
    lead: int

    def vectors(self, indices: Iterable[int]) -> list[int]:
        """Return where the vectors of the records at `indices` begin in the window."""
        ends = [*accumulate(map(len, self.raw))]
        shift = self.first + self.lead + 1
        return [ends[index] + shift + index * self.overhead for index in indices]

    def begins(self, joined: bytes) -> IntArray:
        """Return where each record's word begins, int64 [n].

        `joined` are the words without line ends, joined by spaces.
        """
        import numpy as np

        starts, ends = word_bounds(joined)
        _, raw_ends = (starts, ends) if joined is self.joined else word_bounds(self.joined)
        return (
            self.first + self.lead + raw_ends - (ends - starts) + np.arange(len(starts)) * (self.overhead - 1)
        )

    def only(self, count: int) -> Records:
        """Return the first `count` records, or all if there are fewer."""
        if count >= len(self.raw):
            return self
        return _records(self.raw[:count], self.first, self.overhead, self.lead)


def _records(raw: Sequence[bytes], first: int, overhead: int, lead: int) -> Records:
    joined = b" ".join(raw)
    size = len(joined) + 1 - len(raw) + overhead * len(raw) if raw else 0
    return Records(raw, joined, first, size, overhead, lead)


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
        """Return the whole records at the beginning of the window; none if there is no whole one."""
        if self.lines:
            found = self._find(self._lined, window, lead=1)
            rest = found.first + found.size
            self.lines = rest == window.end or window.buffer[rest] == LINE_ENDS[-1]
            if found.raw or self.lines:
                return found
        return self._find(self._bare, window, lead=0)

    def _find(self, pattern: re.Pattern[bytes], window: Window, lead: int) -> Records:
        raw = pattern.findall(window.buffer, window.start, window.end)
        found = _records(raw, window.start, lead + 1 + self.vector_size, lead)
        if not raw or raw[-1]:
            return found
        # The last is either an empty word, or what the last alternative matched.
        last = window.start + found.size - found.overhead
        match = pattern.match(window.buffer, last, window.end)
        if match is not None and match[1] is not None:
            return found
        raw.pop()
        return found._replace(joined=found.joined[:-1], size=last - window.start)
