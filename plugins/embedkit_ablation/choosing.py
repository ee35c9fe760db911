"""Which words are hidden: a share of them, the same of frequent and of rare ones."""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

BLOCK = 10
"""Words that are about as frequent as each other, among which chance decides."""


def choose(counts: Mapping[str, int], share: float, seed: int) -> frozenset[str]:
    """A `share` of the words, matched by their counts: systematic sampling of them, shuffled within blocks.

    Words come most frequent first; every block of ten is shuffled, and every (1 / share)-th word is taken
    from a random start on.
    """
    import numpy as np

    rng = np.random.default_rng([seed, crc32(b"hiding")])
    words = sorted(counts, key=lambda word: (-counts[word], word))
    order = np.lexsort((rng.random(len(words)), np.arange(len(words)) // BLOCK))
    steps = np.floor(np.arange(len(words) + 1) * share + rng.random()).astype(np.int64)
    return frozenset(words[order[i]] for i in np.flatnonzero(np.diff(steps)))
