"""Losses, probabilities and predictions of the three tasks, against torch's own and sums by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from embedkit.model.objective import Binary, MultiClass, MultiLabel, TrainingLoss, objective_of

GENERATOR = torch.Generator().manual_seed(5)
ONE = torch.randn(8, 1, generator=GENERATOR) * 3
FOUR = torch.randn(8, 4, generator=GENERATOR) * 3
YES = torch.tensor([0, 1, 1, 0, 1, 0, 0, 1])
CLASS = torch.tensor([0, 3, 1, 2, 1, 1, 0, 3])
SETS = torch.rand(8, 4, generator=GENERATOR) < 0.4


@pytest.mark.parametrize(
    ("classes", "multilabel", "kind", "logits"),
    [(2, False, Binary, 1), (3, False, MultiClass, 3), (2, True, MultiLabel, 2), (3, True, MultiLabel, 3)],
)
def test_the_task_follows_from_the_classes(classes, multilabel, kind, logits):
    objective = objective_of(classes, multilabel)
    assert (type(objective), objective.logits) == (kind, logits)


class TestLosses:
    """Without weights, the very numbers of torch's functions."""

    def test_of_two_classes(self):
        expected = F.binary_cross_entropy_with_logits(ONE[:, 0], YES.float(), reduction="none")
        assert torch.equal(Binary(1).losses(ONE, YES), expected)

    def test_of_several_classes(self):
        expected = F.cross_entropy(FOUR, CLASS, reduction="none")
        assert torch.equal(MultiClass(4).losses(FOUR, CLASS), expected)

    def test_of_several_labels(self):
        losses = MultiLabel(4).losses(FOUR, SETS)
        assert losses.shape == (8,)
        mean = torch.nn.BCEWithLogitsLoss()(FOUR, SETS.float())
        assert float(losses.mean()) == pytest.approx(float(mean), rel=1e-6)

    def test_by_hand(self):
        p = [1 / (1 + math.exp(-x)) for x in (0.5, -1.0)]
        losses = MultiLabel(2).losses(torch.tensor([[0.5, -1.0]]), torch.tensor([[True, False]]))
        assert float(losses) == pytest.approx((-math.log(p[0]) - math.log(1 - p[1])) / 2)


class TestWeightsAndSmoothing:
    def test_of_several_classes_are_torchs(self):
        weights = torch.tensor([0.5, 2.0, 1.0, 3.0])
        expected = F.cross_entropy(FOUR, CLASS, weights, reduction="none", label_smoothing=0.1)
        assert torch.equal(MultiClass(4).losses(FOUR, CLASS, weights, 0.1), expected)

    @pytest.mark.parametrize("smoothing", [0.0, 0.2])
    @pytest.mark.parametrize("weights", [None, torch.tensor([0.7, 2.5])])
    def test_of_two_classes_are_those_of_a_cross_entropy_over_both(self, weights, smoothing):
        both = torch.cat([torch.zeros_like(ONE), ONE], dim=1)
        expected = F.cross_entropy(both, YES, weights, reduction="none", label_smoothing=smoothing)
        torch.testing.assert_close(Binary(1).losses(ONE, YES, weights, smoothing), expected)

    @pytest.mark.parametrize("smoothing", [0.0, 0.2])
    def test_of_several_labels_are_those_of_as_many_binary_tasks(self, smoothing):
        weights = torch.tensor([[0.5, 1.0, 2.0, 1.5], [3.0, 1.0, 0.5, 2.0]])
        each = [Binary(1).losses(FOUR[:, [i]], SETS[:, i].long(), weights[:, i], smoothing) for i in range(4)]
        losses = MultiLabel(4).losses(FOUR, SETS, weights, smoothing)
        torch.testing.assert_close(losses, torch.stack(each).mean(0))

    def test_by_hand(self):
        p = 1 / (1 + math.exp(-0.5))
        (loss,) = Binary(1).losses(torch.tensor([[0.5]]), torch.tensor([1]), torch.tensor([2.0, 3.0]), 0.2)
        assert float(loss) == pytest.approx(3 * 0.9 * -math.log(p) + 2 * 0.1 * -math.log(1 - p))

    @pytest.mark.parametrize(
        ("objective", "logits", "targets"),
        [
            (Binary(1), torch.tensor([[30.0]]), torch.tensor([1])),
            (MultiClass(2), torch.tensor([[30.0, 0.0]]), torch.tensor([0])),
            (MultiLabel(2), torch.tensor([[30.0, -30.0]]), torch.tensor([[True, False]])),
        ],
    )
    def test_smoothed_certainty_costs_by_its_distance(self, objective, logits, targets):
        assert float(objective.losses(logits, targets)) == pytest.approx(0, abs=1e-6)
        assert float(objective.losses(logits, targets, None, 0.1)) == pytest.approx(0.05 * 30)

    def test_what_is_reported_has_neither(self):
        loss = TrainingLoss(Binary(1), torch.tensor([1.0, 5.0]), 0.1)
        followed, reported = loss(ONE, YES)
        assert torch.equal(reported, Binary(1).losses(ONE, YES))
        assert torch.equal(followed, Binary(1).losses(ONE, YES, torch.tensor([1.0, 5.0]), 0.1))
        followed, reported = TrainingLoss(Binary(1))(ONE, YES)
        assert followed is reported


class TestProbabilities:
    def test_one_logit_is_that_of_the_last_class(self):
        expected = 1 / (1 + np.exp(-2))
        probabilities = Binary(1).probabilities(torch.tensor([[0.0], [2.0]]))
        np.testing.assert_allclose(probabilities, [[0.5, 0.5], [1 - expected, expected]], atol=1e-12)

    def test_several_logits_are_a_softmax(self):
        probabilities = MultiClass(3).probabilities(torch.tensor([[1.0, 2.0, 3.0]]))
        assert probabilities.dtype == torch.float64
        np.testing.assert_allclose(probabilities.sum(1), 1)
        assert probabilities.argmax() == 2

    def test_each_label_has_its_own(self):
        alone = MultiLabel(4).probabilities(FOUR)
        assert torch.equal(alone[:, 1], Binary(1).probabilities(FOUR[:, [1]])[:, 1])

    def test_every_label_from_the_threshold_on_is_predicted(self):
        predicted = MultiLabel(3).predicted(
            np.array([[0.2, 0.6, 0.59], [0.1, 0.1, 0.1], [0.9, 0.6, 1.0]]), 0.6
        )
        assert predicted.dtype == np.bool_
        assert predicted.tolist() == [[False, True, False], [False] * 3, [True] * 3]
