"""Nearest centroid, a classifier that compares the words of a text with the words of each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from annotated_types import Gt

from embedkit.plugin_api import BaselineState, DataError, Doc, Fault, Register, hookimpl

if TYPE_CHECKING:
    from embedkit.plugin_api import IntArray, Task

    from .centroids import Centroids


class Placeholder:
    """Nearest centroid: the class whose training texts have the most similar counts of words, by cosine.

    Rocchio 1971, "Relevance Feedback in Information Retrieval".
    """

    def __init__(
        self,
        *,
        sharpness: Annotated[float, Gt(0), Doc("factor of the similarities before the softmax")] = 10.0,
    ) -> None:
        self.sharpness = sharpness

    def fit(self, texts: Sequence[str], labels: IntArray, classes: Sequence[str]) -> Centroids:
        """Count the words of each class. Raises DataError if the texts have no words."""
        from .centroids import Centroids

        return Centroids.of(texts, labels, classes, self.sharpness)

    def restore(self, state: BaselineState, classes: Sequence[str], task: Task) -> Centroids:
        """Return the fit that had this state. Raises DataError if it cannot be one of these classes."""
        from .centroids import Centroids

        words, centroids = state.data.get("words"), state.arrays.get("centroids")
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise DataError(Fault("expected a list of words", where="words"))
        if len({*words}) < len(words):
            raise DataError(Fault("a word stands there twice", where="words"))
        expected = (len(classes), len(words))
        if centroids is None or centroids.shape != expected or str(centroids.dtype) != "float64":
            raise DataError(Fault(f"expected float64 {[*expected]}", where="centroids"))
        return Centroids(words, centroids, self.sharpness)


@hookimpl
def register_baselines(register: Register) -> None:
    """Register `placeholder`."""
    register("placeholder", Placeholder)
