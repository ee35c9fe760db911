"""The fitted baseline. NumPy is imported here, and this module when a baseline is fitted or restored."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embedkit.plugin_api import BaselineState, DataError, Fault


def count_words(text: str) -> Counter[str]:
    """Return how often each word occurs in a text, in lower case."""
    return Counter(re.findall(r"\w+", text.lower()))


@dataclass(frozen=True)
class Centroids:
    """The centroids [C, V] of C classes, of length 1, over V words; a class without words has zeros."""

    words: Sequence[str]
    centroids: NDArray[np.float64]
    sharpness: float

    @classmethod
    def of(
        cls, texts: Sequence[str], labels: Iterable[int], classes: Sequence[str], sharpness: float
    ) -> Centroids:
        """Return the centroids of labelled texts. Raises DataError if there is no word in them."""
        counts = [Counter[str]() for _ in classes]
        for text, label in zip(texts, labels, strict=True):
            counts[label].update(count_words(text))
        words = sorted(set().union(*counts))
        if not words:
            raise DataError(Fault("no training text has a word"))
        table = np.array([[count[word] for word in words] for count in counts], np.float64)
        lengths = np.linalg.norm(table, axis=1, keepdims=True)
        return cls(words, table / np.maximum(lengths, 1), sharpness)

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the softmax of the similarities, float64 [n, C]; a text of unknown words has equal ones."""
        similarities = np.array([self._similarities(text) for text in texts])
        similarities = similarities.reshape(-1, len(self.centroids))
        scores = np.exp(self.sharpness * (similarities - similarities.max(axis=1, keepdims=True)))
        shares: NDArray[np.float64] = scores / scores.sum(axis=1, keepdims=True)
        return shares

    def _similarities(self, text: str) -> NDArray[np.float64]:
        """Return the cosine of a text and each centroid, float64 [C]."""
        found = {self._columns[w]: n for w, n in count_words(text).items() if w in self._columns}
        counts = np.array([*found.values()], np.float64)
        products: NDArray[np.float64] = (self.centroids[:, [*found]] * counts).sum(axis=1)
        return products / max(float(np.linalg.norm(counts)), 1)

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {word: column for column, word in enumerate(self.words)}

    def state(self) -> BaselineState:
        """Return the words and the centroids."""
        return BaselineState({"centroids": self.centroids}, {"words": [*self.words]})
