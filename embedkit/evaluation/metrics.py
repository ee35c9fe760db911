"""The figures of a split: what metrics.json and history.csv hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from embedkit.evaluation.scoring import Scored
from embedkit.recipe.build import build_component

if TYPE_CHECKING:
    from embedkit.interfaces import Metric
    from embedkit.recipe.schema import ComponentSpec
    from embedkit.registry import Registry


def build_metrics(registry: Registry, specs: Sequence[ComponentSpec]) -> dict[str, Metric]:
    """The metrics by name, in the recipe's order."""
    return {
        s.use: build_component(registry, "metric", s, f"evaluation.metrics.{i}") for i, s in enumerate(specs)
    }


def score_metrics(
    metrics: Mapping[str, Metric],
    scored: Scored,
    labels: Sequence[int],
    classes: Sequence[str],
    threshold: float,
) -> dict[str, Any]:
    """`n`, `loss` and every metric by name; beside `accuracy` its 95% Wilson interval (Wilson 1927)."""
    true, predicted = np.asarray(labels, dtype=np.int64), scored.predicted(threshold)
    figures: dict[str, Any] = {"n": len(true), "loss": scored.loss}
    for name, metric in metrics.items():
        figures[name] = metric.score(true, predicted, scored.probabilities, classes)
        if name == "accuracy":
            figures["accuracy_ci95"] = wilson_interval(int((true == predicted).sum()), len(true))
    return figures


def wilson_interval(successes: int, n: int) -> list[float]:
    """The 95% Wilson interval of a proportion, as [low, high]."""
    from scipy.stats import binomtest

    interval = binomtest(successes, n).proportion_ci(method="wilson")
    return [float(interval.low), float(interval.high)]
