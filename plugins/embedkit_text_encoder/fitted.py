"""The fitted baseline: linear scores of pooled vectors, their probabilities, and their state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from embedkit.plugin_api import BaselineState, InMemory, encode_texts

if TYPE_CHECKING:
    from embedkit.plugin_api import TextModel

Floats = NDArray[np.float64]


def vectors_of(model: TextModel, texts: Sequence[str]) -> Floats:
    """Return the pooled vectors of texts, float64 [n, D]; those that are in the cache are not computed."""
    encoded = encode_texts(model, texts, pooled=True, storage=InMemory())
    return encoded.values.astype(np.float64)


@dataclass(frozen=True)
class FittedRegression:
    """A linear score of two classes, or one of each class.

    `weights` are [D, L] and `bias` [L]. `columns` are the indices of the classes that occur in training, or,
    of `several` labels, of all.
    """

    model: TextModel
    weights: Floats
    bias: Floats
    columns: NDArray[np.int64]
    classes: int
    several: bool
    chosen: Mapping[str, float | int]

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return class probabilities, float64 [n, C]; a class that does not occur in training gets 0."""
        probabilities = np.zeros((len(texts), self.classes))
        if len(texts):
            scores = vectors_of(self.model, texts) @ self.weights + self.bias
            probabilities[:, self.columns] = _probabilities(scores, self.several)
        return probabilities

    def state(self) -> BaselineState:
        """Return the weights, and what identifies the text encoder."""
        arrays = {"weights": self.weights, "bias": self.bias, "columns": self.columns}
        return BaselineState(arrays, {"digest": self.model.digest, "chosen": dict(self.chosen)})


def _probabilities(scores: Floats, several: bool) -> Floats:
    if several:
        return np.asarray(expit(scores))
    if scores.shape[1] == 1:
        positive = expit(scores[:, 0])
        return np.column_stack([1 - positive, positive])
    return np.asarray(softmax(scores, axis=1))
