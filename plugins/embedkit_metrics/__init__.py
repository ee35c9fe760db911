"""Metrics of predictions, as scikit-learn computes them."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl
from embedkit_metrics.averaged import F1, Precision, Recall
from embedkit_metrics.counted import Accuracy, ConfusionMatrix, HammingLoss
from embedkit_metrics.probabilistic import LogLoss, RocAuc


@hookimpl
def register_metrics(register: Register) -> None:
    """Register the bundled metrics."""
    register("accuracy", Accuracy)
    register("precision", Precision)
    register("recall", Recall)
    register("f1", F1)
    register("roc-auc", RocAuc)
    register("log-loss", LogLoss)
    register("confusion-matrix", ConfusionMatrix)
    register("hamming-loss", HammingLoss)
