"""The metrics of a split, as metrics.json and history.csv hold them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from embedkit.errors import EmbedkitError
from embedkit.evaluation.intervals import wilson_interval
from embedkit.evaluation.scoring import Scored
from embedkit.plugin.verbs.models import WrappedMetric

if TYPE_CHECKING:
    from embedkit.interfaces import BoolArray, IntArray, Metric

log = logging.getLogger(__name__)


def score_metrics(
    metrics: Mapping[str, Metric],
    scored: Scored,
    labels: Sequence[int] | IntArray | BoolArray,
    classes: Sequence[str],
    threshold: float,
) -> dict[str, Any]:
    """Return `n`, `loss` and every metric by name; beside `accuracy` its 95% Wilson interval (Wilson 1927).

    A metric that fails is None, and `undefined` has the reason, which is logged as a warning the first time.
    """
    true, predicted = np.asarray(labels), scored.predicted(threshold)
    figures: dict[str, Any] = {"n": len(true), "loss": scored.loss}
    undefined: dict[str, str] = {}
    for name, metric in metrics.items():
        try:
            figures[name] = metric.score(true, predicted, scored.probabilities, classes)
        except EmbedkitError as error:
            figures[name], undefined[name] = None, "; ".join(fault.what for fault in error.faults)
            if not isinstance(metric, WrappedMetric) or metric.fails_anew(str(error)):
                log.warning("a figure is left out: %s", error)
        if name == "accuracy":
            right = (true == predicted).reshape(len(true), -1).all(axis=1)
            figures["accuracy_ci95"] = wilson_interval(int(right.sum()), len(true))
    return figures | ({"undefined": undefined} if undefined else {})
