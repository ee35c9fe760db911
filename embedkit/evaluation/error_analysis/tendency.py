"""Which class each word speaks for, by the training texts that have it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Tendency:
    """The class that a word speaks for.

    `log_ratio` is the logarithm of the ratio of two shares: of the class's texts that have the word, and of
    all others. To both, one over the number of all texts is added, so that few texts say little.
    """

    label: str
    log_ratio: float


def tendencies(texts: Iterable[Sequence[str]], labels: Sequence[str]) -> dict[str, Tendency]:
    """Return the tendency of each word that the n labelled texts, as tokens, have.

    A word is left out if no class has it in a larger share of its texts than all others together.
    """
    of_class = Counter(labels)
    pairs = Counter((word, label) for tokens, label in zip(texts, labels, strict=True) for word in {*tokens})
    every: Counter[str] = Counter()
    for (word, _), count in pairs.items():
        every[word] += count
    best: dict[str, Tendency] = {}
    for (word, label), count in sorted(pairs.items()):
        inside, outside = of_class[label], len(labels) - of_class[label]
        ratio = _log_ratio(count / inside, (every[word] - count) / max(1, outside), 1 / len(labels))
        if outside and ratio > (best[word].log_ratio if word in best else 0):
            best[word] = Tendency(label, ratio)
    return best


def _log_ratio(inside: float, outside: float, added: float) -> float:
    return math.log((inside + added) / (outside + added))
