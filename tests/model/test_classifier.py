from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from embedkit.errors import ComponentError
from embedkit.model.classifier import build_classifier
from embedkit.model.embedder import TableEmbedder
from embedkit.model.objective import objective_of
from embedkit.recipe.sections.training import Training
from embedkit.text.batching import EncodedSplit
from embedkit.training.trainer import Trainer

VECTORS = np.concatenate([np.zeros((1, 4)), np.random.default_rng(0).standard_normal((6, 4))]).astype(
    np.float32
)
SPLIT = EncodedSplit.of(texts=[[2, 3], [4, 5, 6], [1, 2], [6]], labels=[0, 1, 0, 1], example_ids=[1, 2, 3, 4])


class Mean:
    """An encoder that averages the tokens."""

    def build(self, input_dim):
        module = MeanModule()
        module.output_dim = input_dim
        return module


class MeanModule(nn.Module):
    def forward(self, embedded, mask):
        weights = mask.float().unsqueeze(2)
        return (embedded * weights).sum(1) / weights.sum(1).clamp(min=1)


def rows(*trainable):
    return np.array([row in trainable for row in range(len(VECTORS))])


def built(trainable, encoder=None, classes=2, seed=0):
    table = partial(TableEmbedder.of, VECTORS, trainable)
    return build_classifier(table, encoder or Mean(), objective_of(classes), seed)


def trained(trainable, **settings):
    model = built(trainable)
    settings = Training(epochs=3, batch_size=2, lr=0.1, **settings)
    with Trainer(model, SPLIT, settings, 0) as trainer:
        list(trainer)
    return model.embedding.weight.detach().numpy()


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd", "adadelta"])
@pytest.mark.parametrize("moving", [(1, 2, 3, 4, 5, 6), (), (1, 4), (6,)])
def test_training_moves_the_trainable_rows_and_no_others(moving, optimizer, weight_decay):
    moved = (trained(rows(*moving), optimizer=optimizer, weight_decay=weight_decay) != VECTORS).any(1)
    assert moved.nonzero()[0].tolist() == list(moving)


def test_two_classes_have_one_logit_and_more_have_one_each():
    ids = torch.tensor([[2, 3, 0]])
    for classes, logits in ((2, 1), (3, 3), (5, 5)):
        model = built(rows(), classes=classes)
        assert model(ids, ids > 0).shape == (1, logits)


def test_building_leaves_torchs_global_generator_alone():
    before = torch.get_rng_state()
    built(rows(1), seed=3)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_seed_decides_the_first_weights():
    heads = [built(rows(), seed=seed).head.weight for seed in (1, 1, 2)]
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (
            lambda e: e,
            "and shape [1, 4], got Tensor of torch.float32 and shape [1, 3, 4]",
        ),
        (
            lambda e: e[:, 0].long(),
            "expected a tensor of torch.float32 and shape [1, 4], got Tensor of torch.int64",
        ),
        (lambda e: None, "expected a tensor of torch.float32 and shape [1, 4], got NoneType None"),
    ],
)
def test_an_encoder_that_gives_something_else_is_named(output, message):
    class Broken:
        def build(self, input_dim):
            module = BrokenModule()
            module.output_dim = input_dim
            return module

    class BrokenModule(nn.Module):
        def forward(self, embedded, mask):
            return output(embedded)

    model = built(rows(), Broken())
    ids = torch.tensor([[2, 3, 4]])
    with pytest.raises(ComponentError) as caught:
        model(ids, ids > 0)
    assert "BrokenModule.forward" in str(caught.value)
    assert message in str(caught.value)
