"""Metrics of the probabilities, before any threshold."""

# ruff: noqa: ARG002 - every metric is given the same four arguments and uses those it needs
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedkit_metrics.tasks import EVERY_TASK

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class RocAuc:
    """The area under the receiver operating characteristic: 0.5 is chance, 1 a perfect ranking.

    Of two classes, by the probability of the last one; of several, the mean over each class against the
    rest; of several labels, the mean over each label against its absence.
    """

    tasks = EVERY_TASK
    bounds = (0.0, 1.0)

    def score(
        self, labels: Any, predicted: Any, probabilities: NDArray[np.float64], classes: Sequence[str]
    ) -> float | None:
        """Return the area, or None if a class or label has no example, or a label has all of them.

        There is then nothing to rank against.
        """
        from sklearn.metrics import roc_auc_score

        if labels.ndim == 2:
            there = labels.sum(axis=0)
            ranked = len(labels) and there.min() > 0 and there.max() < len(labels)
            return float(roc_auc_score(labels, probabilities, average="macro")) if ranked else None
        if len(set(labels.tolist())) < max(len(classes), 2):
            return None
        if len(classes) == 2:
            return float(roc_auc_score(labels, probabilities[:, 1]))
        rest = {"labels": range(len(classes)), "multi_class": "ovr", "average": "macro"}
        return float(roc_auc_score(labels, _summing_to_one(probabilities), **rest))


class LogLoss:
    """The mean of -ln of the probability given to the true class, in nats: 0 is best.

    Of several labels, the mean over them: each is there or not. A probability of 0 is taken as 2.2e-16, the
    precision of float64: no decision costs more than 36.04.
    """

    tasks = EVERY_TASK
    smaller_is_better = True
    bounds = (0.0, None)

    def score(
        self, labels: Any, predicted: Any, probabilities: NDArray[np.float64], classes: Sequence[str]
    ) -> float | None:
        """Return the log loss in nats, or None if there are no examples."""
        from sklearn.metrics import log_loss

        if not len(labels):
            return None
        if labels.ndim == 1:
            return float(log_loss(labels, _summing_to_one(probabilities), labels=range(len(classes))))
        columns = zip(labels.T, probabilities.T, strict=True)
        each = [log_loss(label, probability, labels=(False, True)) for label, probability in columns]
        return float(sum(each) / len(each))


def _summing_to_one(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    # A softmax in float32 sums to 1 within 1e-6, and scikit-learn warns of more than 1.5e-8.
    total: NDArray[np.float64] = probabilities.sum(axis=1, keepdims=True)
    return probabilities / total
