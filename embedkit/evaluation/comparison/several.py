"""Tests over folds, over seeds, and over several comparisons at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import sqrt
from statistics import fmean, variance
from typing import TYPE_CHECKING, TypeVar

from embedkit.evaluation.result import BaselineResult, BaselineSummary, LeftOut

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Compared = TypeVar("Compared", BaselineResult, BaselineSummary)

ROUNDING = 1e-12
"""Accuracies that are nearer to one another than this are the same."""


def corrected_t_test(differences: Sequence[float], test_per_training: float) -> float | None:
    """Return the two-sided p-value of the corrected resampled t-test (Nadeau & Bengio 2003).

    `differences` are differences of accuracy, one for each of two or more folds; `test_per_training` is the
    number of test examples for each training example, 1/9 in ten folds. Training splits overlap, so the
    variance of the mean is enlarged by this ratio times the folds' variance. Returns None if all folds have
    the same difference, which leaves their variance unknown.
    """
    from scipy.stats import t

    if max(differences) - min(differences) < ROUNDING:
        return None
    statistic = fmean(differences) / _corrected_error(differences, test_per_training)
    return float(2 * t.sf(abs(statistic), len(differences) - 1))


def corrected_interval(differences: Sequence[float], test_per_training: float) -> tuple[float, float]:
    """Return the 95% interval of the mean difference that goes with `corrected_t_test`, as (low, high)."""
    from scipy.stats import t

    error = _corrected_error(differences, test_per_training)
    half = float(t.ppf(0.975, len(differences) - 1)) * error
    return fmean(differences) - half, fmean(differences) + half


def _corrected_error(differences: Sequence[float], test_per_training: float) -> float:
    return sqrt((1 / len(differences) + test_per_training) * variance(differences))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return the p-values corrected for multiple tests (Holm 1979). None stays None and is not counted."""
    # Not by statsmodels, whose function collects garbage: a second a call in a large program.
    known = sorted((p, position) for position, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for step, (p, position) in enumerate(known):
        largest = max(largest, min(1.0, (len(known) - step) * float(p)))
        corrected[position] = largest
    return corrected


def with_corrected_tests(baselines: Mapping[str, Compared | LeftOut]) -> dict[str, Compared | LeftOut]:
    """Return the baselines, each with its p-value corrected for the number of those that are not left out."""
    compared = {name: each for name, each in baselines.items() if not isinstance(each, LeftOut)}
    p_values = holm([each.against_model.p for each in compared.values()])
    tested = {
        name: replace(each, against_model=replace(each.against_model, p_holm=p))
        for (name, each), p in zip(compared.items(), p_values, strict=True)
    }
    return {**baselines, **tested}


def example_error(differences: NDArray[np.float64]) -> float | None:
    """Return the standard error of the mean difference [n] over examples, with the models held fixed.

    Returns None for fewer than two examples.
    """
    n = len(differences)
    return float(differences.std(ddof=1)) / sqrt(n) if n > 1 else None


def seed_error(*accuracies: Sequence[float]) -> float | None:
    """Return the standard error of a difference of mean accuracies over seeds, with the examples held fixed.

    `accuracies` has, for each model, the accuracy of each seed. Returns None if a model has a single seed.
    """
    if any(len(own) < 2 for own in accuracies):
        return None
    return sqrt(sum(variance(own) / len(own) for own in accuracies))
