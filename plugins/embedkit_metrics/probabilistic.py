"""Metrics of the probabilities, before any threshold."""

# ruff: noqa: ARG002 - every metric is given the same four arguments and uses those it needs
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.interfaces import IntArray


class RocAuc:
    """The area under the receiver operating characteristic: 0.5 is chance, 1 a perfect ranking.

    Of two classes, by the probability of the last one; of several, the mean over each class against the rest.
    """

    def score(
        self,
        labels: IntArray,
        predicted: IntArray,
        probabilities: NDArray[np.float64],
        classes: Sequence[str],
    ) -> float | None:
        """None where a class has no example, as nothing can then be ranked against it."""
        from sklearn.metrics import roc_auc_score

        if len(set(labels.tolist())) < max(len(classes), 2):
            return None
        if len(classes) == 2:
            return float(roc_auc_score(labels, probabilities[:, 1]))
        rest = {"labels": range(len(classes)), "multi_class": "ovr", "average": "macro"}
        return float(roc_auc_score(labels, _summing_to_one(probabilities), **rest))


class LogLoss:
    """The mean of -ln of the probability given to the true class, in nats: 0 is best.

    A probability of 0 is taken as 2.2e-16, the precision of float64: no example costs more than 36.04.
    """

    smaller_is_better = True

    def score(
        self,
        labels: IntArray,
        predicted: IntArray,
        probabilities: NDArray[np.float64],
        classes: Sequence[str],
    ) -> float | None:
        """None where there are no examples."""
        from sklearn.metrics import log_loss

        if not len(labels):
            return None
        return float(log_loss(labels, _summing_to_one(probabilities), labels=range(len(classes))))


def _summing_to_one(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    # A softmax in float32 sums to 1 within 1e-6, and scikit-learn warns of more than 1.5e-8.
    total: NDArray[np.float64] = probabilities.sum(axis=1, keepdims=True)
    return probabilities / total
