"""Nearest words by edit distance. rapidfuzz and NumPy are imported here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from embedkit.plugin_api import decompose

AT_ONCE = 1 << 24
"""Distances that are computed at once, one byte each."""

Folded = Mapping[str, Sequence[tuple[int, str]]]
"""The indices of words and how they are compared, by the prefix that they share."""


@dataclass(frozen=True)
class Nearest:
    """Finds the nearest of known words: at most `max_distance` edits away, with the same prefix.

    Words shorter than `min_length` characters and words with a digit are near to nothing.
    """

    max_distance: int
    min_length: int
    prefix_length: int

    def of(self, words: Sequence[str], known: Sequence[str]) -> dict[int, int]:
        """Return the index of the nearest known word, by the index of each of `words` that has one.

        Of known words that are equally near, the first is taken.
        """
        found: dict[int, int] = {}
        by_prefix = self._by_prefix(known)
        for prefix, misspelt in self._by_prefix(words).items():
            candidates = by_prefix.get(prefix, ())
            if candidates:
                found |= self._nearest(misspelt, candidates)
        return found

    def _by_prefix(self, words: Sequence[str]) -> Folded:
        by_prefix: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        for i, word in enumerate(words):
            folded = decompose(word.casefold())
            if len(folded) >= self.min_length and not any(map(str.isdigit, folded)):
                by_prefix[folded[: self.prefix_length]].append((i, folded))
        return by_prefix

    def _nearest(
        self, words: Sequence[tuple[int, str]], known: Sequence[tuple[int, str]]
    ) -> Iterator[tuple[int, int]]:
        """Yield the indices of each word that has a near one and of that one."""
        choices = [folded for _, folded in known]
        rows = max(1, AT_ONCE // len(choices))
        for start in range(0, len(words), rows):
            some = words[start : start + rows]
            distances = cdist(
                [folded for _, folded in some],
                choices,
                scorer=OSA.distance,
                score_cutoff=self.max_distance,
                dtype=np.uint8,
                workers=1,
            )
            nearest = distances.argmin(axis=1)  # the first, if several are equally near
            near = distances[np.arange(len(some)), nearest] <= self.max_distance
            yield from ((some[i][0], known[nearest[i]][0]) for i in np.flatnonzero(near).tolist())
