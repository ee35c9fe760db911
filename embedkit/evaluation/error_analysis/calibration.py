"""Whether the probabilities of a model are right as often as they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embedkit.evaluation.intervals import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embedkit.interfaces import BoolArray, IntArray

    Floats = NDArray[np.float64]

BINS = 10
FEWEST = 5
"""Texts of a bin, if there are so many."""

DRAWS = 400
"""Draws of labels by the probabilities themselves."""


@dataclass(frozen=True)
class ReliabilityBin:
    """n texts with similar probabilities: their mean, and the share of texts of which it came true.

    `ci95` is the 95% Wilson interval of the share.
    """

    n: int
    probability: float
    share: float
    ci95: tuple[float, float]


@dataclass(frozen=True)
class Calibration:
    """How far the probabilities are from the shares that come true.

    With two classes, the probability is that of the second, and `of` its name. With more, it is that of what
    is predicted, and `of` is None. Bins have about equal numbers of texts, and equal probabilities stand in
    one bin. `error` is the expected calibration error: the mean distance of probability and share over the
    bins, weighted by texts. It is above 0 even if every probability is right: `by_chance` is what it is then
    on average, and `p_value` how often it is then as large. `brier` is the mean squared difference of the
    probabilities from what came true, over the second class, or the sum over all classes.
    """

    of: str | None
    bins: tuple[ReliabilityBin, ...]
    error: float
    by_chance: float
    p_value: float
    brier: float


def calibration(probabilities: Floats, labels: IntArray, classes: Sequence[str]) -> Calibration:
    """Return the calibration of `probabilities` [n, C] of n ≥ 1 texts; `labels` [n] are their classes."""
    came_true = np.eye(len(classes))[labels]
    squares = (probabilities - came_true) ** 2
    if len(classes) == 2:
        of, told, true = classes[1], probabilities[:, 1], labels == 1
        brier = float(squares[:, 1].mean())
    else:
        of, told, true = None, probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
        brier = float(squares.sum(axis=1).mean())
    number = _bins(told)
    n = np.bincount(number)
    means = np.bincount(number, told) / n
    error = _error(n, means, np.bincount(number, true) / n)
    chance = _by_chance(number, told, means)
    p_value = (1 + int((chance >= error - 1e-12).sum())) / (1 + len(chance))
    return Calibration(of, _reliability(number, means, true), error, float(chance.mean()), p_value, brier)


def _bins(told: Floats) -> IntArray:
    """Return the bin of each probability, bins from 0 on in ascending order, of about equal numbers."""
    count = min(BINS, max(1, len(told) // FEWEST))
    first = np.searchsorted(np.sort(told), told)  # equal probabilities have one place
    return np.asarray(np.unique(first * count // len(told), return_inverse=True)[1].reshape(-1))


def _reliability(number: IntArray, means: Floats, true: BoolArray) -> tuple[ReliabilityBin, ...]:
    counts = zip(means.tolist(), np.bincount(number).tolist(), np.bincount(number, true), strict=True)
    return tuple(
        ReliabilityBin(n, mean, float(hits) / n, wilson_interval(int(hits), n)) for mean, n, hits in counts
    )


def _error(n: IntArray, means: Floats, shares: Floats) -> float:
    return float((n * np.abs(means - shares)).sum() / n.sum())


def _by_chance(number: IntArray, told: Floats, means: Floats) -> Floats:
    """Return the errors of labels that are drawn by the probabilities."""
    generator, n = np.random.default_rng(0), np.bincount(number)
    drawn = (np.bincount(number, generator.random(len(told)) < told) / n for _ in range(DRAWS))
    return np.array([_error(n, means, shares) for shares in drawn])
