"""The vectors of the wanted words, collected while a file is read."""

from __future__ import annotations

import logging
import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from embedkit.interfaces import Lookup

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.interfaces import FloatArray, IntArray

log = logging.getLogger(__name__)

BLOCK = 512
"""Rows that are checked at once."""


class ScanReport(NamedTuple):
    """What a pass over a file found.

    `records` is the number of rows. `duplicates` are the wanted words that the file has more than once (the
    first vector is used). `replaced` counts the words that are not UTF-8, under `errors: replace`. `verified`
    is False if, because of a limit, the end of the file and with it any checksum was not read.
    """

    records: int
    duplicates: tuple[str, ...]
    replaced: int
    verified: bool

    def log(self, path: object) -> None:
        """Warn about repeated words, replaced bytes and an end of the file that was not verified."""
        if self.duplicates:
            few = ", ".join(map(repr, self.duplicates[:5]))
            log.warning(
                "%s: %d wanted words occur twice, the first counts: %s", path, len(self.duplicates), few
            )
        if self.replaced:
            log.warning("%s: %d words are not UTF-8: U+FFFD replaces their wrong bytes", path, self.replaced)
        if not self.verified:
            log.warning("%s: read up to the limit; the rest, and any checksum, is not verified", path)


class Selection:
    """A slot for each wanted word, filled with the first row that the file has for the word."""

    def __init__(self, words: Sequence[str], dim: int) -> None:
        import numpy as np

        self.dim = dim
        self.words = words
        self._unique = [*dict.fromkeys(words)]
        self._vectors = np.zeros((len(self._unique), dim), "<f4")
        self._bytes = self._vectors.reshape(-1).view(np.uint8).data
        self._row_of = array("q", [-1]) * len(self._unique)
        self._repeated: dict[int, None] = {}

    def keys(self) -> tuple[list[bytes], Sequence[int]]:
        """Return the wanted words as UTF-8, and the slot of each.

        Words with lone surrogates, which no file has, are left out.
        """
        slots: Sequence[int] = range(len(self._unique))
        try:
            return [*map(str.encode, self._unique)], slots
        except UnicodeEncodeError:
            slots = [slot for slot in slots if not re.search("[\ud800-\udfff]", self._unique[slot])]
            return [self._unique[slot].encode() for slot in slots], slots

    @cached_property
    def slots(self) -> dict[bytes, int]:
        """Return the slot of each wanted word, by its UTF-8."""
        return dict(zip(*self.keys(), strict=True))

    @property
    def _rows(self) -> IntArray:
        """Return the row that filled each slot, int64 [slots], -1 for an empty slot: a view of `_row_of`."""
        import numpy as np

        return np.asarray(self._row_of)

    def forget(self) -> None:
        """Remove the vectors from all slots, and the record of repeated words."""
        self._vectors[self._rows >= 0] = 0
        self._rows[:] = -1
        self._repeated.clear()

    def turn_round(self) -> None:
        """Convert every value, read as little-endian, to the big-endian value of the same bytes."""
        self._vectors.byteswap(inplace=True)

    def take(self, slot: int, row: int, vector: memoryview) -> None:
        """Put `vector`, the bytes of little-endian float32 values, into `slot`, unless it is filled already.

        If it is, the word is recorded as repeated.
        """
        if self._row_of[slot] >= 0:
            self._repeated[slot] = None
            return
        self._row_of[slot] = row
        at = slot * len(vector)
        self._bytes[at : at + len(vector)] = vector

    def take_rows(self, slots: IntArray, rows: IntArray, vectors: FloatArray) -> None:
        """Put `vectors`, float32 [n, D] in file order, into `slots`, as consecutive calls of `take` would."""
        fresh = self._rows[slots] < 0
        if not fresh.all():
            self.repeat(slots[~fresh].tolist())
            slots, rows, vectors = slots[fresh], rows[fresh], vectors[fresh]
        self._rows[slots[::-1]] = rows[::-1]  # backwards: the first row of a slot is written last, and stays
        first = self._rows[slots] == rows
        if not first.all():
            self.repeat(slots[~first].tolist())
            slots, vectors = slots[first], vectors[first]
        self._vectors[slots] = vectors

    def repeat(self, slots: Iterable[int]) -> None:
        """Record that the words of `slots` occur more than once in the file."""
        self._repeated.update(dict.fromkeys(slots))

    def duplicates(self) -> tuple[str, ...]:
        """Return the wanted words that occur more than once in the file, in the order asked for."""
        return tuple(self._unique[slot] for slot in sorted(self._repeated))

    def arrays(self, report: ScanReport) -> dict[str, NDArray[Any]]:
        """Return the filled slots and the report as arrays, which `restore` puts into another Selection.

        That selection must be of the same words.
        """
        import numpy as np

        slots = np.flatnonzero(self._rows >= 0)
        return {
            "slots": slots,
            "rows": self._rows[slots],
            "vectors": self._vectors[slots],
            "repeated": np.array([*self._repeated], np.int64),
            "report": np.array([report.records, report.replaced, report.verified], np.int64),
        }

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> ScanReport:
        """Set the slots to their state when `arrays` were made, and return the report of that scan."""
        self._vectors[arrays["slots"]] = arrays["vectors"]
        self._rows[arrays["slots"]] = arrays["rows"]
        self._repeated.update(dict.fromkeys(arrays["repeated"].tolist()))
        records, replaced, verified = arrays["report"].tolist()
        return ScanReport(records, self.duplicates(), replaced, bool(verified))

    def not_finite(self) -> tuple[str, int] | None:
        """Return the first word whose vector holds NaN or infinity, in file order, and its row; else None."""
        import numpy as np

        wrong: list[int] = []
        for start in range(0, len(self._vectors), BLOCK):
            finite = np.isfinite(self._vectors[start : start + BLOCK])
            if not finite.all():
                wrong += (np.flatnonzero(~finite.all(axis=1)) + start).tolist()
        first = min(wrong, key=self._row_of.__getitem__, default=None)
        return None if first is None else (self._unique[first], self._row_of[first])

    def lookup(self) -> Lookup:
        """Return the vectors in the order in which the words were asked for, repeated words included."""
        import numpy as np

        rows = self._rows.copy()
        vectors = self._vectors.astype(np.float32, copy=False)
        if len(self._unique) < len(self.words):
            slot_of = {word: slot for slot, word in enumerate(self._unique)}
            order = [slot_of[word] for word in self.words]
            vectors, rows = vectors[order], rows[order]
        return Lookup(vectors, rows >= 0, rows)
