"""`transformer` against self-attention written out, one text and one head at a time."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch
from pydantic import ValidationError
from torch import nn

from embedkit.errors import RecipeError
from embedkit.plugin.registry import build_registry

D = 12
LENGTHS = (4, 0, 9, 1, 6)
COMPONENT = build_registry().get("encoder", "transformer")


@pytest.fixture(autouse=True)
def seeded():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(37)
        yield


def component(**keys):
    return COMPONENT.factory(**COMPONENT.parameters(**keys).model_dump())


def padded(texts, width, dim=D):
    embedded = torch.full((len(texts), width, dim), 7.0)
    mask = torch.zeros(len(texts), width, dtype=torch.bool)
    for row, text in enumerate(texts):
        embedded[row, : len(text)] = text
        mask[row, : len(text)] = True
    return embedded, mask


def sinusoid(position, i, dim):
    """Vaswani et al. 2017: PE(pos, 2k) = sin(pos / 10000^(2k/d)), PE(pos, 2k+1) = cos(the same)."""
    angle = position / 10000 ** ((i - i % 2) / dim)
    return math.cos(angle) if i % 2 else math.sin(angle)


def positions(length, dim=D):
    return torch.tensor([[sinusoid(t, i, dim) for i in range(dim)] for t in range(length)])


def attended(attention, states):
    """softmax(Q K^T / sqrt(d_k)) V for every head, side by side, through the output map."""
    queries, keys, values = (states @ attention.in_proj_weight.T + attention.in_proj_bias).split(D, dim=1)
    width = D // attention.num_heads
    heads = [
        torch.softmax(q @ k.T / math.sqrt(width), dim=1) @ v
        for q, k, v in zip(queries.split(width, 1), keys.split(width, 1), values.split(width, 1), strict=True)
    ]
    return attention.out_proj(torch.cat(heads, dim=1))


def by_hand(encoder, text, keys):
    states = text + positions(len(text)) if keys["positions"] == "sinusoidal" else text
    for layer in encoder.transformer.layers:
        fed = lambda x, layer=layer: layer.linear2(layer.linear1(x).relu())  # noqa: E731
        if keys["norm_first"]:
            states = states + attended(layer.self_attn, layer.norm1(states))
            states = states + fed(layer.norm2(states))
        else:
            states = layer.norm1(states + attended(layer.self_attn, states))
            states = layer.norm2(states + fed(states))
    if keys["norm_first"]:
        states = nn.functional.layer_norm(states, (D,))
    return {"mean": states.mean(dim=0), "max": states.amax(dim=0), "first": states[0]}[keys["pooling"]]


@pytest.mark.parametrize("grad", [True, False])
@pytest.mark.parametrize(
    ("first", "added", "pooling"),
    [*product((False, True), ("sinusoidal", "none"), ("mean", "max", "first"))],
)
def test_texts_are_those_worked_out_by_hand(first, added, pooling, grad):
    keys = {"norm_first": first, "positions": added, "pooling": pooling}
    encoder = component(num_layers=2, num_heads=3, **keys).build(D).eval()
    texts = [torch.randn(length, D) for length in LENGTHS]
    with torch.set_grad_enabled(grad):
        encoded = encoder(*padded(texts, 12))
    for text, row in zip(texts, encoded, strict=True):
        expected = by_hand(encoder, text, keys) if len(text) else torch.zeros(D)
        torch.testing.assert_close(row, expected, atol=2e-6, rtol=1e-5)


@pytest.mark.parametrize("dim", [1, 2, 7, 12])
def test_positions_are_the_papers_at_any_length_and_width(dim):
    from embedkit_transformer.positions import sinusoids

    table = sinusoids(3000, dim, torch.zeros(1))
    torch.testing.assert_close(table, positions(3000, dim), atol=5e-4, rtol=0)
    assert table.shape == (3000, dim)


def test_order_matters_with_positions_and_not_without():
    text = torch.randn(7, D)
    batch = padded([text, text.flip(0)], 7)
    with_positions = component(positions="sinusoidal").build(D).eval()(*batch)
    without = component(positions="none").build(D).eval()(*batch)
    assert (with_positions[0] - with_positions[1]).abs().max() > 1e-3
    torch.testing.assert_close(without[0], without[1])


def test_a_text_longer_than_any_table_of_positions():
    encoder = component().build(D).eval()
    with torch.no_grad():
        assert encoder(*padded([torch.randn(6000, D)], 6000)).isfinite().all()


def test_every_layer_draws_weights_of_its_own_one_after_another():
    torch.manual_seed(5)
    encoder = component(num_layers=3, num_heads=2, feedforward_size=10, dropout=0.3).build(D)
    torch.manual_seed(5)
    references = [nn.TransformerEncoderLayer(D, 2, 10, 0.3, batch_first=True) for _ in range(3)]
    assert len(encoder.transformer.layers) == 3
    for layer, reference in zip(encoder.transformer.layers, references, strict=True):
        for mine, theirs in zip(layer.parameters(), reference.parameters(), strict=True):
            assert torch.equal(mine, theirs)
    first, second, _ = encoder.transformer.layers
    assert not torch.equal(first.linear1.weight, second.linear1.weight)


@pytest.mark.parametrize(("given", "width"), [(None, 4 * D), (5, 5)])
def test_the_feed_forward_network_is_four_times_as_wide_unless_told(given, width):
    layer = component(feedforward_size=given).build(D).transformer.layers[0]
    assert layer.linear1.weight.shape == (width, D)


@pytest.mark.parametrize(
    ("dim", "heads", "near", "allowed"),
    [(12, 5, 4, "1, 2, 3, 4, 6, 12"), (50, 4, 5, "1, 2, 5, 10, 25, 50"), (7, 9, 7, "1, 7")],
)
def test_heads_that_cannot_share_the_width_are_refused(dim, heads, near, allowed):
    with pytest.raises(RecipeError) as refused:
        component(num_heads=heads).build(dim)
    assert str(refused.value) == (
        f"encoder.num_heads: {heads} heads cannot share vectors of width {dim} equally"
        f" - did you mean '{near}'? (allowed: {allowed})"
    )


def test_dropout_acts_in_training_alone():
    batch = padded([torch.randn(6, D)] * 4, 6)
    encoder = component(dropout=0.5).build(D)
    evaluated, trained = encoder.eval()(*batch), encoder.train()(*batch)
    torch.testing.assert_close(evaluated, evaluated[:1].expand_as(evaluated))
    assert torch.pdist(trained).min() > 1e-2
    still = component(dropout=0.0).build(D)
    torch.testing.assert_close(still.train()(*batch), still.eval()(*batch))


def test_defaults():
    assert COMPONENT.parameters().model_dump() == {
        "num_layers": 1,
        "num_heads": 2,
        "feedforward_size": None,
        "dropout": 0.1,
        "norm_first": False,
        "positions": "sinusoidal",
        "pooling": "mean",
    }


@pytest.mark.parametrize(
    "bad",
    [
        {"num_layers": 0},
        {"num_heads": 0},
        {"feedforward_size": 0},
        {"dropout": 1.0},
        {"positions": "learned"},
        {"pooling": "last"},
    ],
    ids=str,
)
def test_bad_keys_are_refused(bad):
    with pytest.raises(ValidationError):
        COMPONENT.parameters(**bad)
