"""Metrics that count which class was predicted for which."""

# ruff: noqa: ARG002 - every metric is given the same four arguments and uses those it needs

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.interfaces import IntArray


class Accuracy:
    """The share of examples whose class was predicted, 0 to 1."""

    def score(
        self,
        labels: IntArray,
        predicted: IntArray,
        probabilities: NDArray[np.float64],
        classes: Sequence[str],
    ) -> float | None:
        """None where there are no examples."""
        from sklearn.metrics import accuracy_score

        return float(accuracy_score(labels, predicted)) if len(labels) else None


class ConfusionMatrix:
    """How often each class was predicted for each: `{class: {predicted class: count}}`."""

    def score(
        self,
        labels: IntArray,
        predicted: IntArray,
        probabilities: NDArray[np.float64],
        classes: Sequence[str],
    ) -> dict[str, dict[str, int]]:
        """Every pair of classes has its count, 0 included, in the order of `classes`."""
        from sklearn.metrics import confusion_matrix

        counts = confusion_matrix(labels, predicted, labels=range(len(classes))).tolist()
        return {name: dict(zip(classes, row, strict=True)) for name, row in zip(classes, counts, strict=True)}
