"""Detects whether a file has its words in order of frequency, so that a limit keeps the frequent ones."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

LEAST = 200
"""Words below which nothing is said."""

DEVIATIONS = 4.0
"""How much shorter the first words have to be than the others, in standard errors of their mean length."""


class OrderFinder:
    """Detects the order of a file's words, which are added one after another.

    Files hold no frequencies, but frequent words are short (Zipf 1935): if the first hundredth of a file has
    shorter words than the rest, and the words are not in alphabetical order, the first words are the frequent
    ones.
    """

    def __init__(self) -> None:
        self._lengths = array("H")
        self._alphabetical = True
        self._last = b""

    def add(self, words: Sequence[bytes]) -> None:
        """Add the next words of the file, as UTF-8."""
        self._lengths.extend(map(len, words))
        if self._alphabetical and words:
            self._alphabetical = [self._last, *words] == sorted([self._last, *words])
            self._last = words[-1]

    def order(self) -> str | None:
        """Return `alphabet`, `frequency` or `other`; None if there are too few words to tell."""
        import numpy as np

        lengths = np.array(self._lengths, np.float64)
        if len(lengths) < LEAST:
            return None
        if self._alphabetical:
            return "alphabet"
        first = max(LEAST // 2, len(lengths) // 100)
        error = max(lengths.std() / first**0.5, 1e-9)
        shorter = lengths[first:].mean() - lengths[:first].mean()
        return "frequency" if shorter / error > DEVIATIONS else "other"
