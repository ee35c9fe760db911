"""How accurate a model is if it answers only where it is surest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embedkit.evaluation.error_analysis.thinning import thinned
from embedkit.evaluation.intervals import wilson_interval

if TYPE_CHECKING:
    from embedkit.interfaces import BoolArray, IntArray

    Floats = NDArray[np.float64]

POINTS = 100


@dataclass(frozen=True)
class Answered:
    """The texts that are answered if the model must be at least as sure as `threshold`: n, a share of all.

    `ci95` is the 95% Wilson interval of the accuracy on them.
    """

    threshold: float
    n: int
    share: float
    accuracy: float
    ci95: tuple[float, float]


@dataclass(frozen=True)
class AccuracyByCoverage:
    """The accuracy on the surest texts, from the fewest to all, at most 100 points.

    Texts of which the model is equally sure are answered together. `area` is the mean, over all k, of the
    accuracy on the k surest texts, where equally sure texts are in random order. It is about the accuracy on
    all texts if being sure tells nothing.
    """

    points: tuple[Answered, ...]
    area: float

    def at(self, share: float) -> Answered:
        """Return the first point at which at least `share` of the texts is answered."""
        return next((each for each in self.points if each.share >= share), self.points[-1])


def accuracy_by_coverage(surest: Floats, right: BoolArray) -> AccuracyByCoverage:
    """Return the accuracy by coverage of n ≥ 1 texts.

    `surest` [n] are the probabilities of what is predicted, `right` [n] tells whether it is right.
    """
    order = np.argsort(-surest, kind="stable")
    sure, rights = surest[order], np.cumsum(right[order])
    n: IntArray = np.flatnonzero(np.append(np.diff(sure) != 0, True)) + 1
    shares, accuracy = n / len(sure), rights[n - 1] / n
    points = tuple(
        Answered(float(sure[k - 1]), k, k / len(sure), wins / k, wilson_interval(wins, k))
        for k, wins in ((int(n[i]), int(rights[n[i] - 1])) for i in thinned(shares, accuracy, POINTS))
    )
    return AccuracyByCoverage(points, _area(n, np.asarray(rights[n - 1], np.int64)))


def _area(n: IntArray, rights: IntArray) -> float:
    """Return the mean accuracy on the k surest texts: `rights` [g] of the `n` [g] surest are right."""
    k = np.arange(1, n[-1] + 1)
    expected = np.interp(k, np.append(0, n), np.append(0, rights))
    return float((expected / k).mean())
