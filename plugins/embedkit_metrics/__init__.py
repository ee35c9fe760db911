"""Metrics of predictions, as scikit-learn computes them."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_metrics(register: Register) -> None:
    """Register the bundled metrics."""
    register("accuracy", "embedkit_metrics.counted:Accuracy")
    register("precision", "embedkit_metrics.averaged:Precision")
    register("recall", "embedkit_metrics.averaged:Recall")
    register("f1", "embedkit_metrics.averaged:F1")
    register("roc-auc", "embedkit_metrics.probabilistic:RocAuc")
    register("log-loss", "embedkit_metrics.probabilistic:LogLoss")
    register("confusion-matrix", "embedkit_metrics.counted:ConfusionMatrix")
    register("hamming-loss", "embedkit_metrics.counted:HammingLoss")
