"""Texts read in half precision, the weights staying in full."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from embedkit.errors import TrainingError
from embedkit.model.classifier import build_classifier
from embedkit.model.embedder import TableEmbedder
from embedkit.model.objective import objective_of
from embedkit.plugin.registry import build_registry
from embedkit.recipe.sections.training import Training
from embedkit.text.batching import EncodedSplit
from embedkit.training import precision, trainer
from embedkit.training.precision import Precision, check_precision
from embedkit.training.trainer import Trainer

CPU = torch.device("cpu")
SPLIT = EncodedSplit.of([[2, 3], [4, 5, 6], [7, 8], [9], [2, 4]], [0, 1, 0, 1, 0], range(5))
TABLE = np.concatenate([np.zeros((1, 4)), np.random.default_rng(0).standard_normal((9, 4))]).astype(
    np.float32
)


class Seen(nn.Module):
    """The mean of a text through a linear layer, whose dtype is kept."""

    output_dim = 3

    def __init__(self):
        super().__init__()
        self.layer, self.dtypes = nn.Linear(4, 3), set()

    def forward(self, embedded, mask):
        states = self.layer(embedded)
        self.dtypes.add(states.dtype)
        return (states * mask.unsqueeze(2)).sum(1)


def trained(settings, encoder=None, on_epoch=lambda training: None, kept=None, sparse=False):
    named = type("Named", (), {"build": lambda self, dim: Seen()})() if encoder is None else encoder
    model = build_classifier(
        partial(TableEmbedder.of, TABLE, np.arange(10) > 0, sparse), named, objective_of(2), seed=0
    )
    chosen = Training(**{"epochs": 4, "batch_size": 2, "lr": 0.05, **settings})
    with Trainer(model, SPLIT, chosen, 0) as training:
        if kept:
            training.restore(2, kept)
        losses = []
        for epoch in training:
            losses.append(epoch.scored.loss)
            on_epoch(training)
    model.losses = losses
    return model


@pytest.mark.parametrize("sparse", [False, True])
def test_bf16_reads_in_half_precision_and_comes_near_full(sparse):
    half = trained({"precision": "bf16", "clip_norm": 1.0}, sparse=sparse)
    full = trained({"clip_norm": 1.0}, sparse=sparse)
    assert half.encoder.dtypes == {torch.bfloat16}
    assert full.encoder.dtypes == {torch.float32}
    for name, weight in half.state_dict().items():
        assert weight.dtype == torch.float32
        torch.testing.assert_close(weight, full.state_dict()[name], rtol=0, atol=0.02)
    assert not torch.equal(half.head.weight, full.head.weight)


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru", "cnn", "bag", "transformer"])
def test_every_encoder_can_be_trained_in_bf16(name):
    keys = {"rnn": {"hidden_size": 3}, "lstm": {"hidden_size": 3}, "gru": {"hidden_size": 3}}
    keys["transformer"] = {"num_heads": 2}
    encoder = build_registry().get("encoder", name).factory(**keys.get(name, {}))
    losses = trained({"precision": "bf16"}, encoder).losses
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]


def test_fp16_is_refused_without_a_gpu():
    with pytest.raises(TrainingError) as caught:
        trained({"precision": "fp16"})
    assert str(caught.value) == (
        "training.precision: 'fp16' needs a GPU, and this process has none (allowed: full, bf16)"
    )
    check_precision("fp16", torch.device("cuda"))
    check_precision("bf16", CPU)


@pytest.fixture
def fp16(monkeypatch):
    """What fp16 does, by torch's own means for the processor."""
    monkeypatch.setattr(trainer, "check_precision", lambda name, device: None)


def test_in_fp16_too_large_a_scale_costs_steps_and_no_weights(fp16, monkeypatch):
    scales = []

    def on_epoch(training):
        scales.append(training.state.optimization.precision.scaler.get_scale())

    monkeypatch.setattr(
        precision.torch.amp,
        "GradScaler",
        lambda device, enabled: GradScaler(device, 2.0**40, enabled=enabled),
    )
    model = trained({"precision": "fp16", "epochs": 20}, on_epoch=on_epoch)
    assert model.encoder.dtypes == {torch.float16}
    assert scales[0] < 2.0**40
    assert scales[-1] == scales[-2] > 1
    assert all(torch.isfinite(weight).all() for weight in model.state_dict().values())
    assert not torch.equal(model.head.weight, trained({"epochs": 1, "lr": 1e-12}).head.weight)


GradScaler = torch.amp.GradScaler


def test_in_fp16_a_run_goes_on_with_the_scale_that_it_had(fp16):
    kept = {}

    def keep(training):
        if training.completed == 2:
            kept.update({name: tensor.clone() for name, tensor in training.state.tensors().items()})

    settings = {"precision": "fp16", "clip_norm": 0.5}
    whole, again = trained(settings, on_epoch=keep), trained(settings, kept=kept)
    assert kept["scaler"].tolist() == [65536.0, 6.0]
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name])


def test_a_loss_that_is_not_finite_is_no_matter_of_the_scale():
    scaled = Precision("fp16", CPU)
    assert scaled.overflowed(torch.tensor(1.0))
    assert not scaled.overflowed(torch.tensor(float("nan")))
    assert not Precision("bf16", CPU).overflowed(torch.tensor(1.0))
