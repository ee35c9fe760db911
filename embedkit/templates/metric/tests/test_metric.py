"""The figures that the metric gives."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.plugin_api import make_component

LABELS = np.array([0, 1, 1, 0])
PREDICTED = np.array([0, 1, 0, 1])
PROBABILITIES = np.array([[0.9, 0.1], [0.2, 0.8], [0.8, 0.2], [0.4, 0.6]])


def figure(threshold: float) -> float | None:
    metric = make_component("metric", "placeholder", threshold=threshold)
    score: float | None = metric.score(LABELS, PREDICTED, PROBABILITIES, ["bad", "good"])
    return score


def test_only_confident_predictions_count() -> None:
    assert figure(threshold=0.8) == pytest.approx(2 / 3)
    assert figure(threshold=0.85) == 1.0


def test_a_threshold_of_zero_gives_the_accuracy() -> None:
    assert figure(threshold=0) == 0.5


def test_it_is_undefined_without_a_confident_prediction() -> None:
    assert figure(threshold=0.95) is None


def test_the_threshold_is_a_probability() -> None:
    with pytest.raises(ValueError, match="less than or equal to 1"):
        make_component("metric", "placeholder", threshold=80)
