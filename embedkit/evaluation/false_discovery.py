"""Correction of many p-values for the rate of false discoveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embedkit.interfaces import FloatArray


def q_values(p_values: Sequence[float] | FloatArray) -> FloatArray:
    """Return p-values [K] as corrected by Benjamini & Hochberg (1995), in their order, float64 [K].

    Those that are at most alpha are found at a rate of false discoveries of alpha.
    """
    p = np.asarray(p_values, np.float64)
    order = np.argsort(p)
    scaled = p[order] * (len(p) / np.arange(1, len(p) + 1))
    found = np.empty(len(p))
    found[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return found.clip(0, 1)
