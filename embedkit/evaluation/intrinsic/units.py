"""Vectors scaled to length 1, whose products are cosines."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Float = TypeVar("Float", np.float32, np.float64)


def unit_rows(vectors: NDArray[Float]) -> NDArray[Float]:
    """Return `vectors` [n, D] scaled to length 1; rows of zeros stay as they are."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors * (1 / np.where(norms == 0, 1, norms))).astype(vectors.dtype, copy=False)
