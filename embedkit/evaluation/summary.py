"""The figures of several runs together: mean, standard deviation, interval, and the value of each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from math import sqrt
from statistics import fmean, stdev
from typing import Any

Figures = Mapping[str, Mapping[str, Any]]
"""By split, the figures by name: what metrics.json of one run holds."""


def summarize(runs: Sequence[Figures]) -> dict[str, dict[str, Any]]:
    """Return the figures of two or more runs in the form of a single run's, each summarized by `summary`."""
    return {
        split: {
            name: summary([figures[split].get(name) for figures in runs])
            for name in dict.fromkeys(chain.from_iterable(figures[split] for figures in runs))
        }
        for split in runs[0]
    }


def summary(values: Sequence[Any]) -> dict[str, Any]:
    """Return `mean`, `std`, `ci95` and, under `folds`, the values in the order of the runs.

    `std` is the sample standard deviation (divisor n - 1), `ci95` the 95% t interval of the mean as [low,
    high] (Student 1908). All three are None if any value is None; for values that are not numbers, such as
    confusion matrices, only `folds` is returned.
    """
    if not all(value is None or isinstance(value, int | float) for value in values):
        return {"folds": [*values]}
    if None in values:
        return {"mean": None, "std": None, "ci95": None, "folds": [*values]}
    mean, deviation = fmean(values), stdev(values)
    half = _quantile(len(values) - 1) * deviation / sqrt(len(values))
    return {"mean": mean, "std": deviation, "ci95": [mean - half, mean + half], "folds": [*values]}


def _quantile(degrees: int) -> float:
    from scipy.stats import t

    return float(t.ppf(0.975, degrees))
