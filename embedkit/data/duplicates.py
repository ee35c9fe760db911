"""Find texts that occur more than once, by 16-byte digests, so that no text has to stay in memory."""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.data.examples import Examples
    from embedkit.interfaces import IntArray

MISSING = frozenset({"nan", "NaN", "NULL", "None", "<NA>", "N/A", "#N/A", "#NAME?", "#VALUE!"})
"""Spellings of a missing text in tables; no real text is one of these words."""

BYTES = 16
"""Two different texts among n have the same digest by a chance of n² / 2¹²⁹."""


@dataclass(frozen=True)
class Digests:
    """The non-empty texts of a split: their `digests`, and the `rows` that they are in, int64 [m].

    `empty` are the rows of empty texts; `missing` are the rows whose text is a word for a missing value.
    """

    digests: NDArray[Any]
    rows: IntArray
    empty: list[int]
    missing: list[int]

    @classmethod
    def of(cls, examples: Examples) -> Digests:
        """Compute the digests of all examples, in one pass over the texts."""
        import numpy as np

        made, rows, empty, missing = bytearray(), array("q"), list[int](), list[int]()
        for row, text in enumerate(examples.texts):
            if text in MISSING:
                missing.append(row)
            if text.strip():
                made += blake2b(text.encode(errors="surrogatepass"), digest_size=BYTES).digest()
                rows.append(row)
            else:
                empty.append(row)
        return cls(np.frombuffer(made, f"S{BYTES}"), np.frombuffer(rows, np.int64), empty, missing)

    def alike(self) -> list[list[int]]:
        """Return groups of two or more rows with the same text, ordered by their first row."""
        import numpy as np

        _, kind, counts = np.unique(self.digests, return_inverse=True, return_counts=True)
        groups: dict[int, list[int]] = defaultdict(list)
        again = np.flatnonzero(counts[kind] > 1)
        for row, of in zip(self.rows[again].tolist(), kind[again].tolist(), strict=True):
            groups[of].append(row)
        return [*groups.values()]

    def shared_with(self, others: Digests) -> list[tuple[int, int]]:
        """Return pairs of rows with the same text: the first row of this split, and the row of `others`."""
        import numpy as np

        known, first = np.unique(self.digests, return_index=True)
        if not len(known):
            return []
        place = np.searchsorted(known, others.digests).clip(max=len(known) - 1)
        there = np.flatnonzero(known[place] == others.digests)
        return [*zip(self.rows[first[place[there]]].tolist(), others.rows[there].tolist(), strict=True)]
