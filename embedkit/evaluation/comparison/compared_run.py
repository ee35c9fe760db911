"""One of the runs of a comparison."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ComparedRun:
    """One of the runs of a comparison: its accuracy, the mean over `seeds`, and its number of folds, if any.

    `seed_std` is the standard deviation of the accuracy over seeds; None for a single seed.
    """

    run: str
    accuracy: float
    seeds: int
    seed_std: float | None
    folds: int | None
