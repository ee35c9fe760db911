"""Rows of different lengths, stored in one column of numbers: texts as bytes, tokens as word ids."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedkit.files.storage import Code, Column, Storage

BLOCK = 1024
"""Rows that are read at once where all are read."""

GATHERED = 1 << 18
"""Numbers that are put into a column at once."""


class Rows:
    """n rows that lie in `column` in ascending order: `begins` and `ends` of each row, int64 [n]."""

    def __init__(self, column: Column, begins: array[int], ends: array[int]) -> None:
        self.column = column
        self.begins = begins
        self.ends = ends

    @classmethod
    def stored(cls, rows: Iterable[array[int]], code: Code, storage: Storage) -> Rows:
        """Write `rows` one after another into a new column of `storage`, and return them as Rows."""
        column, ends, gathered = storage.column(code), array("q", [0]), array(code)
        for row in rows:
            gathered += row
            ends.append(ends[-1] + len(row))
            if len(gathered) >= GATHERED:
                column.extend(gathered)
                gathered = array(code)
        column.extend(gathered)
        return cls(column, ends[:-1], ends[1:])

    def __len__(self) -> int:
        return len(self.begins)

    def __getitem__(self, row: int) -> array[int]:
        return self.column[self.begins[row] : self.ends[row]]

    def take(self, rows: Sequence[int]) -> Rows:
        """Return some of the rows; `rows` are their numbers in ascending order."""
        if rows == range(len(self)):
            return self
        begins, ends = (array("q", map(each.__getitem__, rows)) for each in (self.begins, self.ends))
        return Rows(self.column, begins, ends)

    def lengths(self) -> array[int]:
        """Return the length of each row, int64 [n]."""
        return array("q", map(int.__sub__, self.ends, self.begins))

    def blocks(self) -> Iterator[list[array[int]]]:
        """Yield all rows in order, in lists of 1024."""
        for first in range(0, len(self), BLOCK):
            begins, ends = self.begins[first : first + BLOCK], self.ends[first : first + BLOCK]
            span, start = self.column[begins[0] : ends[-1]], begins[0]
            yield [span[b - start : e - start] for b, e in zip(begins, ends, strict=True)]

    def __iter__(self) -> Iterator[array[int]]:
        for block in self.blocks():
            yield from block
