"""Ridge regression from one embedding into another, its strength chosen by the cosine on held-out words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embedkit.plugin_api import HeldOutFit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.plugin_api import FloatArray

STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
"""Strengths of the regularization to choose from, relative to the mean eigenvalue of the Gram matrix."""

HELD_OUT = 0.2
"""The share of the common words that chooses the strength."""


@dataclass(frozen=True)
class LinearMap:
    """A map from vectors of D' dimensions to D: `weights` [D', D] between the two means."""

    source_mean: NDArray[np.float64]
    target_mean: NDArray[np.float64]
    weights: NDArray[np.float64]

    def __call__(self, vectors: FloatArray) -> FloatArray:
        """Return the vectors float32 [n, D] to which `vectors` [n, D'] are mapped."""
        mapped: FloatArray = ((vectors - self.source_mean) @ self.weights + self.target_mean).astype("f4")
        return mapped


def learn(sources: FloatArray, targets: FloatArray, rng: np.random.Generator) -> tuple[LinearMap, HeldOutFit]:
    """Learn the map from `sources` [n, D'] to `targets` [n, D], the vectors of n words in two embeddings.

    A fifth of the words, which `rng` draws, chooses the strength by their mean cosine; the map itself is
    learnt from all of them.
    """
    order = rng.permutation(len(sources))
    held_out, rest = np.split(order, [max(1, round(HELD_OUT * len(order)))])
    own = targets[held_out]
    tried = ridges(sources[rest], targets[rest], STRENGTHS)
    cosines = [mean_cosine(each(sources[held_out]), own) for each in tried]
    best = int(np.argmax(cosines))
    of_mean = mean_cosine(np.tile(tried[best].target_mean, (len(own), 1)), own)
    fit = HeldOutFit(len(order), len(held_out), cosines[best], of_mean, STRENGTHS[best])
    (whole,) = ridges(sources, targets, [STRENGTHS[best]])
    return whole, fit


def ridges(sources: FloatArray, targets: FloatArray, strengths: Sequence[float]) -> list[LinearMap]:
    """Return the ridge regression of `targets` [n, D] on `sources` [n, D'] for each of `strengths`.

    Both are centred. The penalty is the strength times the mean eigenvalue of the Gram matrix [D', D'], so
    that a strength means the same for vectors of any length and for any number of words.
    """
    source_mean, target_mean = (each.mean(axis=0, dtype=np.float64) for each in (sources, targets))
    centred, wanted = sources - source_mean, targets - target_mean
    eigenvalues, basis = np.linalg.eigh(centred.T @ centred)
    projected = basis.T @ (centred.T @ wanted)
    unit = float(eigenvalues.mean()) or 1.0  # vectors that are all the same tell the mean alone
    penalised = (np.maximum(eigenvalues, 0) + strength * unit for strength in strengths)
    return [LinearMap(source_mean, target_mean, basis @ (projected / each[:, None])) for each in penalised]


def mean_cosine(first: FloatArray, second: FloatArray) -> float:
    """Return the mean cosine similarity of the rows of two arrays [n, D]; that of a row of zeros is 0."""
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    products = np.einsum("nd,nd->n", first, second, dtype=np.float64)
    return float(np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0).mean())
