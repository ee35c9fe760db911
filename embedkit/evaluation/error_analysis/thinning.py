"""Which points of a curve are enough to draw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from embedkit.interfaces import IntArray


def thinned(x: NDArray[np.float64], y: NDArray[np.float64], points: int) -> IntArray:
    """Return the positions of at most `points` points, with both ends, about evenly spaced along the curve.

    The way from one point to the next is measured along both axes.
    """
    if len(x) <= points:
        return np.arange(len(x))
    way = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    kept = np.searchsorted(way, np.linspace(0, way[-1], points))
    kept[0], kept[-1] = 0, len(x) - 1
    return np.unique(kept)
