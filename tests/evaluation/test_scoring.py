from __future__ import annotations

import numpy as np
import pytest
import torch

from embedkit.evaluation.intervals import wilson_interval
from embedkit.evaluation.metrics import score_metrics
from embedkit.evaluation.outputs import Scored, Tally
from embedkit.evaluation.result import SplitMetrics
from embedkit.model.objective import Binary, MultiClass
from embedkit.plugin.registry import build_registry


def scored(*positive):
    return Scored(np.array([[1 - p, p] for p in positive]), 0.1, 0.1, Binary(1))


def test_the_threshold_itself_is_positive():
    assert scored(0.5, 0.499, 0.501).predicted(0.5).tolist() == [1, 0, 1]
    assert scored(0.5, 0.7).predicted(0.7).tolist() == [0, 1]


def test_several_classes_ignore_the_threshold():
    three = Scored(np.array([[0.4, 0.35, 0.25], [0.1, 0.2, 0.7]]), 0.0, 0.0, MultiClass(3))
    assert three.predicted(0.9).tolist() == [0, 2]


def test_a_tally_gives_the_rows_back_in_the_order_of_the_split():
    tally = Tally(Binary(1), [torch.tensor([0, 2]), torch.tensor([1])])
    tally.add(torch.tensor([2, 0]), torch.tensor([[2.0], [0.0]]), torch.tensor([1.0, 3.0]))
    tally.add(torch.tensor([1]), torch.tensor([[-2.0]]), torch.tensor([5.0]))
    result = tally.scored()
    assert result.predicted(0.6).tolist() == [0, 0, 1]
    assert result.loss == pytest.approx(3.0)
    assert result.batch_loss == pytest.approx((2.0 + 5.0) / 2)


def test_wilson_interval_as_published():
    # Newcombe 1998, table I: 81 of 263, and the limits 0 and 1.
    assert wilson_interval(81, 263) == pytest.approx([0.2553, 0.3662], abs=5e-5)
    assert wilson_interval(0, 20) == pytest.approx([0.0, 0.1611], abs=5e-5)
    assert wilson_interval(29, 29) == pytest.approx([0.8830, 1.0], abs=5e-5)


def test_metrics_come_with_n_loss_and_the_interval_of_the_accuracy():
    registry = build_registry()
    metrics = {name: registry.get("metric", name).factory() for name in ("accuracy", "roc-auc")}
    found = score_metrics(metrics, scored(0.9, 0.8, 0.3, 0.6), [1, 1, 0, 0], ("neg", "pos"), 0.5)
    assert found == SplitMetrics(4, 0.1, {"accuracy": 0.75, "roc-auc": 1.0}, wilson_interval(3, 4))
