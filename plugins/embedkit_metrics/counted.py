"""Metrics that count correct and wrong predictions."""

# ruff: noqa: ARG002 - every metric is given the same four arguments and uses those it needs

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedkit_metrics.tasks import EVERY_TASK

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Accuracy:
    """The share of examples whose class was predicted, 0 to 1; of several labels, all and no others."""

    tasks = EVERY_TASK
    bounds = (0.0, 1.0)

    def score(
        self, labels: Any, predicted: Any, probabilities: NDArray[np.float64], classes: Sequence[str]
    ) -> float | None:
        """Return the accuracy, or None if there are no examples."""
        from sklearn.metrics import accuracy_score

        return float(accuracy_score(labels, predicted)) if len(labels) else None


class HammingLoss:
    """The share of wrong decisions, 0 to 1: of several labels each is one; of one label, 1 - accuracy."""

    tasks = EVERY_TASK
    smaller_is_better = True
    bounds = (0.0, 1.0)

    def score(
        self, labels: Any, predicted: Any, probabilities: NDArray[np.float64], classes: Sequence[str]
    ) -> float | None:
        """Return the Hamming loss, or None if there are no examples."""
        from sklearn.metrics import hamming_loss

        return float(hamming_loss(labels, predicted)) if len(labels) else None


class ConfusionMatrix:
    """How often each class was predicted for each: `{class: {predicted class: count}}`.

    Of several labels a two-by-two matrix for each: `{class: {tn, fp, fn, tp}}`.
    """

    tasks = EVERY_TASK

    def score(
        self, labels: Any, predicted: Any, probabilities: NDArray[np.float64], classes: Sequence[str]
    ) -> dict[str, dict[str, int]]:
        """Return the counts of all pairs of classes, 0 included, in the order of `classes`."""
        from sklearn.metrics import confusion_matrix, multilabel_confusion_matrix

        if labels.ndim == 2:
            counts = multilabel_confusion_matrix(labels, predicted).reshape(-1, 4).tolist()
            columns: Sequence[str] = ("tn", "fp", "fn", "tp")
        else:
            counts = confusion_matrix(labels, predicted, labels=range(len(classes))).tolist()
            columns = classes
        return {name: dict(zip(columns, row, strict=True)) for name, row in zip(classes, counts, strict=True)}
