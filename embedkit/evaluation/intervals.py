"""Confidence intervals of proportions, and of figures that have bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedkit.interfaces.flags import Bounds

UNBOUNDED: Bounds = (None, None)
SHARE: Bounds = (0.0, 1.0)
NOT_NEGATIVE: Bounds = (0.0, None)


def within(interval: tuple[float, float], bounds: Bounds) -> tuple[float, float]:
    """Return the part of an interval (low, high) that lies within the bounds of its figure."""
    (low, high), (smallest, largest) = interval, bounds
    return low if smallest is None else max(low, smallest), high if largest is None else min(high, largest)


def wilson_interval(successes: int, n: int) -> tuple[float, float]:
    """Return the 95% Wilson interval of a proportion, as (low, high) (Wilson 1927); `n` is at least 1."""
    from scipy.stats import binomtest

    interval = binomtest(successes, n).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)
