"""`embedding.sparse`: a step moves the rows that it reads, as the optimizer moves a table of these alone."""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from embedkit.model.classifier import build_classifier
from embedkit.model.embedder import TableEmbedder
from embedkit.model.objective import objective_of
from embedkit.plugin.registry import build_registry
from embedkit.recipe.sections.training import Training
from embedkit.text.batching import EncodedSplit
from embedkit.text.vocabulary import PAD_ID
from embedkit.training.trainer import Trainer

ROWS = 12
TABLE = np.concatenate([np.zeros((1, 4)), np.random.default_rng(0).standard_normal((ROWS - 1, 4))]).astype(
    np.float32
)
ALL = np.arange(ROWS) > 0
SPLIT = EncodedSplit.of([[2, 3], [4, 5, 6], [2, 7], [8]], [0, 1, 0, 1], range(4))
EVERYWHERE = EncodedSplit.of([[2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 1]] * 3, [0, 1] * 3, range(6))
OPTIMIZERS = [
    {"optimizer": "adam"},
    {"optimizer": "adamw"},
    {"optimizer": "sgd"},
    {"optimizer": "sgd", "momentum": 0.9},
    {"optimizer": "adadelta", "lr": 1.0},
]


def trained(sparse, split=SPLIT, trainable=ALL, on_epoch=lambda trainer: None, kept=None, **settings):
    encoder = build_registry().get("encoder", "rnn").factory(hidden_size=3)
    model = build_classifier(
        partial(TableEmbedder.of, TABLE, trainable, sparse), encoder, objective_of(2), seed=0
    )
    chosen = Training(**{"epochs": 4, "batch_size": 2, "lr": 0.1, "shuffle": False, **settings})
    with Trainer(model, split, chosen, 0) as trainer:
        if kept:
            trainer.restore(2, kept)
        for _ in trainer:
            on_epoch(trainer)
    return {name: weight.detach().clone() for name, weight in model.named_parameters()}


def assert_close(weights, expected):
    for name, weight in weights.items():
        torch.testing.assert_close(weight, expected[name], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("more", [{}, {"weight_decay": 0.1}, {"clip_norm": 0.05}, {"table_lr": 0.01}])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_where_every_step_reads_every_row_it_is_the_dense_rule(optimizer, more):
    settings = {**optimizer, **more, "schedule": "cosine"}
    assert_close(trained(True, EVERYWHERE, **settings), trained(False, EVERYWHERE, **settings))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_row_moves_in_the_steps_that_read_it_and_in_no_other(optimizer):
    first = EncodedSplit.of([[2, 3], [4]], [0, 1], range(2))
    tables = [torch.from_numpy(TABLE)]

    def on_epoch(trainer):
        tables.append(trainer.model.embedding.weight.detach().clone())

    trained(True, first, on_epoch=on_epoch, batch_size=1, weight_decay=0.1, **optimizer)
    for before, after in itertools.pairwise(tables):
        assert (before != after).any(1).nonzero()[:, 0].tolist() == [2, 3, 4]
    both = trained(True, batch_size=2, epochs=1, weight_decay=0.1, **optimizer)["embedding.weight"]
    half = trained(
        True, EncodedSplit.of([[2, 3], [4, 5, 6]], [0, 1], range(2)), epochs=1, weight_decay=0.1, **optimizer
    )["embedding.weight"]
    assert torch.equal(both[3:7], half[3:7]), "the second step does not read these"
    assert not torch.equal(both[2], half[2])


def test_with_adam_it_is_sparse_adam_but_for_epsilon():
    encoder = build_registry().get("encoder", "rnn").factory(hidden_size=3)
    model = build_classifier(partial(TableEmbedder.of, TABLE, ALL), encoder, objective_of(2), seed=0)
    table = [model.embedding.weight]
    others = [p for n, p in model.named_parameters() if n != "embedding.weight"]
    optimizers = [torch.optim.SparseAdam(table, lr=0.1), torch.optim.Adam(others, lr=0.1)]
    for _ in range(4):
        for rows in ([0, 1], [2, 3]):
            (batch,) = SPLIT.batches([torch.tensor(rows)])
            model.zero_grad()
            embedded = F.embedding(batch.inputs, model.embedding.weight, PAD_ID, sparse=True)
            logits = model.head(model.encoder(embedded, batch.mask))[:, 0]
            torch.nn.functional.binary_cross_entropy_with_logits(logits, batch.labels.float()).backward()
            for optimizer in optimizers:
                optimizer.step()
    expected = {name: weight.detach() for name, weight in model.named_parameters()}
    for name, weight in trained(True).items():
        torch.testing.assert_close(weight, expected[name], rtol=0, atol=1e-4)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_rows_that_do_not_move_stay_bit_for_bit(optimizer):
    trainable = np.isin(np.arange(ROWS), [2, 5, 9])
    table = trained(True, trainable=trainable, weight_decay=0.5, **optimizer)["embedding.weight"]
    moved = (table != torch.from_numpy(TABLE)).any(1)
    assert moved.nonzero()[:, 0].tolist() == [2, 5]


def test_rows_that_do_not_move_count_in_no_clipping():
    trainable = np.isin(np.arange(ROWS), [2, 4, 6, 8, 10])
    settings = {"trainable": trainable, "clip_norm": 0.05, "optimizer": "sgd", "lr": 1.0}
    assert_close(trained(True, EVERYWHERE, **settings), trained(False, EVERYWHERE, **settings))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_with_accumulation_a_step_moves_the_rows_of_all_its_batches(optimizer):
    small = trained(True, batch_size=1, accumulate=2, clip_norm=0.1, **optimizer)
    assert_close(small, trained(True, batch_size=2, clip_norm=0.1, **optimizer))


def test_the_table_is_frozen_outside_its_epochs():
    tables = [torch.from_numpy(TABLE)]

    def on_epoch(trainer):
        tables.append(trainer.model.embedding.weight.detach().clone())

    trained(True, on_epoch=on_epoch, table_from_epoch=2, table_to_epoch=3, weight_decay=0.1)
    moved = [not torch.equal(before, after) for before, after in itertools.pairwise(tables)]
    assert moved == [False, True, True, False]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("trainable", [ALL, np.isin(np.arange(ROWS), [2, 5, 9])])
def test_it_goes_on_from_a_checkpoint_to_the_same_bits(optimizer, trainable):
    kept = {}

    def keep(trainer):
        if trainer.completed == 2:
            kept.update({name: tensor.clone() for name, tensor in trainer.state.tensors().items()})

    settings = {"trainable": trainable, "shuffle": True, "clip_norm": 0.5, **optimizer}
    whole, again = trained(True, on_epoch=keep, **settings), trained(True, kept=kept, **settings)
    for name, weight in whole.items():
        assert torch.equal(weight, again[name]), name


def test_a_gradient_that_is_not_finite_moves_nothing():
    class Explode(torch.nn.Module):
        output_dim = 4

        def forward(self, embedded, mask):
            return torch.sqrt((embedded * mask.unsqueeze(2)).sum(1).abs() * 0)

    encoder = type("Exploding", (), {"build": lambda self, dim: Explode()})()
    model = build_classifier(partial(TableEmbedder.of, TABLE, ALL, True), encoder, objective_of(2), seed=0)
    with (
        pytest.raises(Exception, match="the gradient is not finite"),
        Trainer(model, SPLIT, Training(epochs=1), 0) as trainer,
    ):
        list(trainer)
    assert torch.equal(model.embedding.weight, torch.from_numpy(TABLE))
