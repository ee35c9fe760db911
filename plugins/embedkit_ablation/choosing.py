"""Choice of the words to hide: the same share of frequent and of rare ones."""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

BLOCK = 10
"""Words that are about as frequent as each other, among which chance decides."""


def choose(counts: Mapping[str, int], share: float, seed: int) -> frozenset[str]:
    """Return a `share` of the words, matched in frequency with the rest, by systematic sampling.

    Words are sorted from most to least frequent and shuffled within blocks of ten; from a random start, every
    (1 / share)-th word is then taken.
    """
    import numpy as np

    rng = np.random.default_rng([seed, crc32(b"hiding")])
    words = sorted(counts, key=lambda word: (-counts[word], word))
    order = np.lexsort((rng.random(len(words)), np.arange(len(words)) // BLOCK))
    steps = np.floor(np.arange(len(words) + 1) * share + rng.random()).astype(np.int64)
    return frozenset(words[order[i]] for i in np.flatnonzero(np.diff(steps)))
