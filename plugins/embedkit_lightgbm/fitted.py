"""The fitted baseline: trees over TF-IDF weights, their probabilities, and their state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from embedkit.plugin_api import BaselineState
from embedkit_lightgbm.features import words_of
from embedkit_lightgbm.trees import Floats, Trees


@dataclass(frozen=True)
class FittedTrees:
    """A fitted TfidfVectorizer, and trees for one score of two classes or one of each class.

    `columns` are the indices of the classes that occur in training, or, of several labels, of all.
    """

    vectorizer: Any
    trees: Trees
    columns: NDArray[np.int64]
    classes: int
    several: bool
    chosen: Mapping[str, float | int]

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return class probabilities, float64 [n, C]; a class that does not occur in training gets 0."""
        probabilities = np.zeros((len(texts), self.classes))
        if len(texts):
            scores = self.trees.of_texts(self.vectorizer.transform(texts))
            probabilities[:, self.columns] = _probabilities(scores, self.several)
        return probabilities

    def state(self) -> BaselineState:
        """Return the n-grams and their weights, and the trees, all as numbers."""
        trees = self.trees.trees
        arrays: dict[str, NDArray[Any]] = {
            "terms": np.frombuffer("\n".join(words_of(self.vectorizer)).encode(), np.uint8),
            "idf": np.asarray(self.vectorizer.idf_, dtype=np.float64),
            "columns": self.columns,
            "targets": self.trees.targets,
            "nodes": np.array([len(tree.features) for tree in trees], dtype=np.int64),
        }
        for name in ("features", "thresholds", "left", "right", "leaves"):
            arrays[name] = np.concatenate([getattr(tree, name) for tree in trees])
        return BaselineState(arrays, {"chosen": dict(self.chosen)})


def _probabilities(scores: Floats, several: bool) -> Floats:
    if several:
        return np.asarray(expit(scores))
    if scores.shape[1] == 1:
        positive = expit(scores[:, 0])
        return np.column_stack([1 - positive, positive])
    return np.asarray(softmax(scores, axis=1))
