"""The metrics of a split, as metrics.json and history.csv hold them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from embedkit.errors import EmbedkitError
from embedkit.evaluation.intervals import wilson_interval
from embedkit.evaluation.outputs import Scored
from embedkit.evaluation.result import SplitMetrics
from embedkit.evaluation.summary import MetricValue
from embedkit.plugin.wrappers.models import WrappedMetric

if TYPE_CHECKING:
    from embedkit.interfaces import BoolArray, IntArray, Metric

log = logging.getLogger(__name__)


def score_metrics(
    metrics: Mapping[str, Metric],
    scored: Scored,
    labels: Sequence[int] | IntArray | BoolArray,
    classes: Sequence[str],
    threshold: float,
) -> SplitMetrics:
    """Return `n`, `loss` and every metric by name; with `accuracy` its 95% Wilson interval (Wilson 1927).

    A metric that fails is None, and `undefined` has the reason, which is logged as a warning the first time.
    """
    true, predicted = np.asarray(labels), scored.predicted(threshold)
    scores: dict[str, MetricValue] = {}
    undefined: dict[str, str] = {}
    for name, metric in metrics.items():
        try:
            scores[name] = metric.score(true, predicted, scored.probabilities, classes)
        except EmbedkitError as error:
            scores[name], undefined[name] = None, "; ".join(fault.what for fault in error.faults)
            if not isinstance(metric, WrappedMetric) or metric.fails_anew(str(error)):
                log.warning("a figure is left out: %s", error)
    right = (true == predicted).reshape(len(true), -1).all(axis=1)
    interval = wilson_interval(int(right.sum()), len(true)) if "accuracy" in metrics else None
    return SplitMetrics(len(true), scored.loss, scores, interval, undefined)
