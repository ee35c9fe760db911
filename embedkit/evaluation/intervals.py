"""Confidence intervals of proportions, and of figures that have bounds."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedkit.interfaces.flags import Bounds

NORMAL = 1.959963984540054
"""Standard errors on either side of a normal 95% interval."""

UNBOUNDED: Bounds = (None, None)
SHARE: Bounds = (0.0, 1.0)
NOT_NEGATIVE: Bounds = (0.0, None)


def within(interval: tuple[float, float], bounds: Bounds) -> tuple[float, float]:
    """Return the part of an interval (low, high) that lies within the bounds of its figure."""
    (low, high), (smallest, largest) = interval, bounds
    return low if smallest is None else max(low, smallest), high if largest is None else min(high, largest)


def wilson_interval(successes: int, n: int) -> tuple[float, float]:
    """Return the 95% Wilson interval of a proportion, as (low, high) (Wilson 1927); `n` is at least 1."""
    share = successes / n
    whole = 2 * (n + NORMAL**2)
    centre = (2 * n * share + NORMAL**2) / whole
    half = NORMAL / whole * sqrt(4 * n * share * (1 - share) + NORMAL**2)
    return 0.0 if successes == 0 else centre - half, 1.0 if successes == n else centre + half
