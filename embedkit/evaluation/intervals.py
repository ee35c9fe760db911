"""Confidence intervals of proportions."""

from __future__ import annotations


def wilson_interval(successes: int, n: int) -> tuple[float, float]:
    """Return the 95% Wilson interval of a proportion, as (low, high) (Wilson 1927); `n` is at least 1."""
    from scipy.stats import binomtest

    interval = binomtest(successes, n).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)
