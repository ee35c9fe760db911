"""A map of words: their vectors in the plane in which they differ most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.tendency import Tendency
    from embedkit.interfaces import FloatArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MappedWord:
    """A word with its place after training, `at`, and the one before it in the same plane, `was`."""

    word: str
    count: int
    tendency: Tendency | None
    at: tuple[float, float]
    was: tuple[float, float]


@dataclass(frozen=True)
class WordMap:
    """Words in the plane of the first two principal components of their vectors after training.

    `explained` are the shares of the variance that the two axes show.
    """

    words: tuple[MappedWord, ...]
    explained: tuple[float, float]


def map_words(before: FloatArray, after: FloatArray) -> tuple[Floats, Floats, tuple[float, float]]:
    """Return the places of words after and before training, [n, 2] each, and the shares of the variance.

    The axes are the principal components of `after` [n, D], and `before` [n, D] is projected onto them. An
    axis points to where its largest weight is positive, and is zero where the words do not differ.
    """
    new, old = after.astype(np.float64), before.astype(np.float64)
    mean = new.mean(axis=0)
    axes, explained = _principal(new - mean)
    return (new - mean) @ axes, (old - mean) @ axes, explained


def _principal(centred: Floats) -> tuple[Floats, tuple[float, float]]:
    """Return the first two principal components [D, 2], and the shares of the variance."""
    values, vectors = np.linalg.eigh(centred.T @ centred)
    total = max(float(values.sum()), 0.0)
    axes, shares = np.zeros((centred.shape[1], 2)), [0.0, 0.0]
    for place in range(min(2, len(values), len(centred) - 1)):
        value, axis = float(values[-1 - place]), vectors[:, -1 - place]
        if total > 0 and value > 1e-12 * total:
            axes[:, place] = axis * np.sign(axis[np.abs(axis).argmax()])
            shares[place] = value / total
    return axes, (shares[0], shares[1])
