"""Batches that a step follows together are one large batch."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from embedkit.model.classifier import build_classifier
from embedkit.model.embedder import TableEmbedder
from embedkit.model.objective import objective_of
from embedkit.plugin.registry import build_registry
from embedkit.recipe.sections.training import Training
from embedkit.text.batching import EncodedSplit
from embedkit.training.trainer import Trainer

LENGTHS = [1, 9, 2, 8, 3, 7, 4, 6, 5, 5, 2]
RANDOM = np.random.default_rng(0)
SPLIT = EncodedSplit.of(
    [RANDOM.integers(2, 12, n).tolist() for n in LENGTHS], [0, 1] * 5 + [0], range(len(LENGTHS))
)
TABLE = np.concatenate([np.zeros((1, 4)), RANDOM.standard_normal((11, 4))]).astype(np.float32)


def trained(**settings):
    encoder = build_registry().get("encoder", "gru").factory(hidden_size=3)
    classifier = build_classifier(
        partial(TableEmbedder.of, TABLE, np.arange(12) > 0), encoder, objective_of(2), seed=0
    )
    widths = []
    classifier.embedding.register_forward_pre_hook(lambda module, ids: widths.append(len(ids[0])))
    with Trainer(classifier, SPLIT, Training(**{"epochs": 3, "lr": 0.05, **settings}), 0) as trainer:
        losses = [(epoch.scored.loss, epoch.scored.batch_loss) for epoch in trainer]
    return classifier.state_dict(), losses, widths


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "adam", "clip_norm": 0.5},
        {"optimizer": "sgd", "shuffle": False, "weight_decay": 0.1},
        {"optimizer": "adadelta", "lr": 1.0, "bucket": False, "schedule": "linear", "warmup": 0.2},
    ],
)
def test_small_batches_together_equal_a_large_one_the_last_part_included(settings):
    weights, losses, widths = trained(batch_size=2, accumulate=2, **settings)
    expected, large, large_widths = trained(batch_size=4, **settings)
    assert sorted(widths) == [1] * 3 + [2] * 15
    assert sorted(large_widths) == [3] * 3 + [4] * 6
    for name, weight in weights.items():
        torch.testing.assert_close(weight, expected[name], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(losses, large, rtol=1e-6)
    assert not torch.allclose(
        weights["head.weight"], trained(batch_size=2, **settings)[0]["head.weight"], atol=1e-4
    )


def test_one_batch_more_than_there_are_examples_is_one_step():
    assert len(trained(batch_size=2, accumulate=100, epochs=1)[2]) == 6
