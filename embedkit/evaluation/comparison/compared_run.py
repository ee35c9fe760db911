"""One of the runs of a comparison."""

from __future__ import annotations

from dataclasses import dataclass

from embedkit.evaluation.numbers import Count, Figure


@dataclass(frozen=True)
class ComparedRun:
    """One of the runs of a comparison: its accuracy, the mean over `seeds`, and its number of folds, if any.

    `seed_std` is the standard deviation of the accuracy over seeds; None for a single seed.
    """

    run: str
    accuracy: Figure
    seeds: Count
    seed_std: Figure | None
    folds: Count | None
