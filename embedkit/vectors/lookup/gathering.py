"""Takes the wanted rows, and the places of all words, from word2vec binary records in memory."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

from embedkit.vectors.io.windows import Window
from embedkit.vectors.lookup.index import IndexBuilder
from embedkit.vectors.lookup.records import Records
from embedkit.vectors.selection import Selection


class Batch(NamedTuple):
    """Consecutive records in memory, from number `row` of the file on, with their checked words."""

    row: int
    words: Sequence[bytes]
    records: Records
    window: Window

    def gather(self, selection: Selection, builder: IndexBuilder | None) -> None:
        """Put the wanted rows into `selection`, and the places of all words into `builder`."""
        self._select(selection)
        if builder:
            self._index(builder)

    def _select(self, selection: Selection) -> None:
        slots, words = selection.slots, self.words
        if slots.keys().isdisjoint(words):
            return
        hits = [*compress(range(len(words)), map(slots.__contains__, words))]
        view, size = memoryview(self.window.buffer), 4 * selection.dim
        for index, begin in zip(hits, self.records.vectors(hits), strict=True):
            selection.take(slots[words[index]], self.row + index, view[begin : begin + size])

    def _index(self, builder: IndexBuilder) -> None:
        records, window = self.records, self.window
        joined = records.joined if self.words is records.raw else b" ".join(self.words)
        builder.add(self.row, joined, records.begins(joined) + window.offset - window.start)
