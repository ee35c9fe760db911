"""Tests over folds, over seeds, and over several comparisons at once."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, variance
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ROUNDING = 1e-12
"""Accuracies that are nearer to one another than this are the same."""


def corrected_t_test(differences: Sequence[float], test_per_training: float) -> float | None:
    """The p-value of the corrected resampled t-test (Nadeau & Bengio 2003), two-sided.

    `differences` of accuracy, one for each of two or more folds; `test_per_training` is how many examples are
    tested on for each that is trained on, 1/9 in ten folds: training parts overlap, so the folds' variance
    is enlarged by as much. None where all folds differ alike and so say nothing of their variance.
    """
    from scipy.stats import t

    if max(differences) - min(differences) < ROUNDING:
        return None
    statistic = fmean(differences) / _corrected_error(differences, test_per_training)
    return float(2 * t.sf(abs(statistic), len(differences) - 1))


def corrected_interval(differences: Sequence[float], test_per_training: float) -> list[float]:
    """The 95% interval of the mean difference that goes with `corrected_t_test`, as [low, high]."""
    from scipy.stats import t

    error = _corrected_error(differences, test_per_training)
    half = float(t.ppf(0.975, len(differences) - 1)) * error
    return [fmean(differences) - half, fmean(differences) + half]


def _corrected_error(differences: Sequence[float], test_per_training: float) -> float:
    return sqrt((1 / len(differences) + test_per_training) * variance(differences))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """The p-values corrected for their number (Holm 1979); those that are None stay so and do not count."""
    from statsmodels.stats.multitest import multipletests

    known = [p for p in p_values if p is not None]
    corrected = iter(multipletests(known, method="holm")[1].tolist() if known else ())
    return [None if p is None else float(next(corrected)) for p in p_values]


def example_error(differences: NDArray[np.float64]) -> float | None:
    """The standard error of the mean difference [n] over examples, the models being as they are.

    None for fewer than two.
    """
    n = len(differences)
    return float(differences.std(ddof=1)) / sqrt(n) if n > 1 else None


def seed_error(*accuracies: Sequence[float]) -> float | None:
    """The standard error of a difference of mean accuracies over seeds, the examples being as they are.

    `accuracies` of each model, one for each of its seeds. None where one of them has a single seed.
    """
    if any(len(own) < 2 for own in accuracies):
        return None
    return sqrt(sum(variance(own) / len(own) for own in accuracies))
