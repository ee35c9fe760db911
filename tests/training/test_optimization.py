from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
import torch

from embedkit.model.classifier import build_classifier
from embedkit.model.embedder import TableEmbedder
from embedkit.model.objective import objective_of
from embedkit.plugin.registry import build_registry
from embedkit.recipe.sections.training import Training
from embedkit.text.batching import EncodedSplit
from embedkit.training.optimization import schedule_factor
from embedkit.training.trainer import Trainer

TABLE = np.concatenate([np.zeros((1, 4)), np.random.default_rng(0).standard_normal((9, 4))]).astype(
    np.float32
)
SPLIT = EncodedSplit.of([[2, 3], [4, 5, 6], [7, 8], [9], [2, 4]], [0, 1, 0, 1, 0], [1, 2, 3, 4, 5])
ALL = np.arange(10) > 0


def model(trainable=ALL, classes=2):
    encoder = build_registry().get("encoder", "rnn").factory(hidden_size=3)
    return build_classifier(
        partial(TableEmbedder.of, TABLE, trainable), encoder, objective_of(classes), seed=0
    )


def trained(on_epoch=lambda classifier: None, trainable=ALL, classes=2, **settings):
    classifier = model(trainable, classes)
    defaults = {"epochs": 4, "batch_size": 2, "lr": 0.1, "shuffle": False}
    with Trainer(classifier, SPLIT, Training(**{**defaults, **settings}), 0) as trainer:
        for _ in trainer:
            on_epoch(classifier)
    return {name: weight.detach().clone() for name, weight in classifier.named_parameters()}


def plainly(optimizer, clip=None, scheduler=None):
    """A plain loop over the same model and batches."""
    plain = model()
    optimizer = optimizer(plain.parameters())
    scheduler = scheduler(optimizer) if scheduler else None
    for _ in range(4):
        for rows in ([0, 1], [2, 3], [4]):
            (batch,) = SPLIT.batches([torch.tensor(rows)])
            logits = plain(batch.inputs, batch.mask)[:, 0]
            optimizer.zero_grad()
            torch.nn.functional.binary_cross_entropy_with_logits(logits, batch.labels.float()).backward()
            if clip:
                torch.nn.utils.clip_grad_norm_(plain.parameters(), clip)
            optimizer.step()
            if scheduler:
                scheduler.step()
    return dict(plain.named_parameters())


def assert_close(weights, expected):
    for name, weight in weights.items():
        torch.testing.assert_close(weight, expected[name].detach(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
@pytest.mark.parametrize(
    ("name", "optimizer"),
    [
        ("adam", torch.optim.Adam),
        ("adamw", torch.optim.AdamW),
        ("sgd", torch.optim.SGD),
        ("adadelta", lambda *a, **k: torch.optim.Adadelta(*a, rho=0.95, eps=1e-6, **k)),
    ],
)
def test_an_optimizer_is_torchs(name, optimizer, weight_decay):
    expected = plainly(lambda p: optimizer(p, lr=0.1, weight_decay=weight_decay))
    assert_close(trained(optimizer=name, weight_decay=weight_decay), expected)


def test_momentum_is_torchs():
    expected = plainly(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9))
    assert_close(trained(optimizer="sgd", momentum=0.9), expected)


def test_clipping_is_torchs():
    def sgd(parameters):
        return torch.optim.SGD(parameters, lr=1.0)

    clipped = trained(optimizer="sgd", lr=1.0, clip_norm=0.05)
    assert_close(clipped, plainly(sgd, clip=0.05))
    assert not torch.equal(clipped["head.weight"], trained(optimizer="sgd", lr=1.0)["head.weight"])


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_a_schedule_is_torchs(schedule):
    schedulers = {
        "linear": lambda o: torch.optim.lr_scheduler.LinearLR(o, 1.0, 0.0, total_iters=12),
        "cosine": lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 12),
    }
    expected = plainly(lambda p: torch.optim.SGD(p, lr=0.1), scheduler=schedulers[schedule])
    assert_close(trained(optimizer="sgd", schedule=schedule), expected)


def test_warm_up_rises_in_a_line_and_the_schedule_ends_at_zero():
    rates = [schedule_factor("linear", step, 10, 0.4) for step in range(11)]
    assert rates[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert rates[4:] == pytest.approx([1 - i / 6 for i in range(7)])
    assert schedule_factor("cosine", 10, 10, 0.4) == pytest.approx(0)
    assert [schedule_factor("constant", step, 10, 0.0) for step in (0, 9)] == [1.0, 1.0]


def test_the_table_has_a_learning_rate_of_its_own():
    slow = trained(optimizer="sgd", table_lr=1e-6)
    assert (slow["embedding.weight"] - torch.from_numpy(TABLE)).abs().max() < 1e-5
    assert trained(optimizer="sgd", table_lr=0.1).keys() == slow.keys()
    assert_close(trained(optimizer="sgd", table_lr=0.1), trained(optimizer="sgd"))


@pytest.mark.parametrize("trainable", [ALL, np.arange(10) % 2 == 1])
def test_the_table_is_frozen_outside_its_epochs(trainable):
    tables = [torch.from_numpy(TABLE)]

    def remember(classifier):
        tables.append(classifier.embedding.weight.detach().clone())

    trained(remember, trainable, table_from_epoch=2, table_to_epoch=3, weight_decay=0.1)
    moved = [not torch.equal(before, after) for before, after in pairwise(tables)]
    assert moved == [False, True, True, False]
    still = torch.from_numpy(~trainable)
    assert torch.equal(tables[-1][still], tables[0][still])


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd", "adadelta"])
def test_padding_stays_zero_and_frozen_rows_stay_bit_for_bit(optimizer):
    for trainable in (ALL, np.isin(np.arange(10), [2, 7])):
        table = trained(optimizer=optimizer, trainable=trainable, weight_decay=0.5, lr=0.3)[
            "embedding.weight"
        ]
        still = torch.from_numpy(~trainable)
        assert torch.equal(table[still], torch.from_numpy(TABLE)[still])
        assert (table[~still] != torch.from_numpy(TABLE)[~still]).any(1).all()


def test_the_heads_weights_of_a_class_are_no_longer_than_allowed():
    split = trained(classes=3, lr=1.0, max_norm=0.25)
    lengths = split["head.weight"].norm(dim=1)
    assert (lengths <= 0.25 + 1e-6).all()
    assert (trained(classes=3, lr=1.0)["head.weight"].norm(dim=1) > 0.25).any()
