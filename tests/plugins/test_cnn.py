"""`cnn` against a plain transcription of Kim's network: every window of every text by hand."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError
from torch import nn
from torch.nn.functional import linear

from embedkit.errors import RecipeError
from embedkit.plugin.registry import build_registry

D = 6
LENGTHS = (4, 0, 9, 1, 6, 2, 23)
COMPONENT = build_registry().get("encoder", "cnn")


@pytest.fixture(autouse=True)
def seeded():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(29)
        yield


def build(**keys):
    return COMPONENT.factory(**COMPONENT.parameters(**keys).model_dump()).build(D)


def padded(texts, width):
    embedded = torch.full((len(texts), width, D), 7.0)
    mask = torch.zeros(len(texts), width, dtype=torch.bool)
    for row, text in enumerate(texts):
        embedded[row, : len(text)] = text
        mask[row, : len(text)] = True
    return embedded, mask


def by_hand(encoder, text, activation, padding=0):
    """The largest of activation(w · x_{i:i+h} + b) over the windows, for every filter of every width."""
    features = []
    for group in encoder.filters:
        width = group.kernel_size[0]
        ends = torch.zeros(padding, D)
        tokens = torch.cat((ends, text, ends, torch.zeros(max(0, width - len(text) - 2 * padding), D)))
        for weight, bias in zip(group.weight, group.bias, strict=True):
            windows = [tokens[i : i + width] for i in range(len(tokens) - width + 1)]
            features.append(max(activation((weight.T * window).sum() + bias) for window in windows))
    return torch.stack(features)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("widths", [[3, 4, 5], [1], [5, 2], [24], [40, 1]], ids=str)
@pytest.mark.parametrize("width", [23, 31])
def test_features_are_those_worked_out_by_hand(widths, activation, width):
    encoder = build(widths=widths, maps=4, activation=activation).eval()
    texts = [torch.randn(length, D) for length in LENGTHS]
    encoded = encoder(*padded(texts, width))
    assert encoded.shape == (len(LENGTHS), encoder.output_dim) == (len(LENGTHS), 4 * len(widths))
    for text, row in zip(texts, encoded, strict=True):
        expected = by_hand(encoder, text, getattr(torch, activation)) if len(text) else torch.zeros(len(row))
        torch.testing.assert_close(row, expected, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("padding", [1, 4])
@pytest.mark.parametrize("widths", [[3, 4, 5], [1], [40, 2]], ids=str)
@pytest.mark.parametrize("width", [23, 31])
def test_padding_lets_filters_reach_over_both_ends(widths, padding, width):
    encoder = build(widths=widths, maps=4, padding=padding).eval()
    texts = [torch.randn(length, D) for length in LENGTHS]
    for text, row in zip(texts, encoder(*padded(texts, width)), strict=True):
        expected = by_hand(encoder, text, torch.relu, padding) if len(text) else torch.zeros(len(row))
        torch.testing.assert_close(row, expected, atol=1e-6, rtol=1e-6)


def test_gradients_are_those_of_conv1d_then_activation_then_max():
    encoder = build(widths=[2, 3], maps=5).eval()
    convolutions = [nn.Conv1d(D, 5, width) for width in (2, 3)]
    for convolution, group in zip(convolutions, encoder.filters, strict=True):
        convolution.weight = nn.Parameter(group.weight.detach().clone())
        convolution.bias = nn.Parameter(group.bias.detach().clone())
    texts = [torch.randn(length, D) for length in (3, 9, 5)]
    encoder(*padded(texts, 12)).square().sum().backward()
    rows = [
        torch.cat([convolution(text.T[None]).relu().max(dim=2).values[0] for convolution in convolutions])
        for text in texts
    ]
    torch.stack(rows).square().sum().backward()
    for convolution, group in zip(convolutions, encoder.filters, strict=True):
        torch.testing.assert_close(group.weight.grad, convolution.weight.grad, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(group.bias.grad, convolution.bias.grad, atol=1e-5, rtol=1e-5)


def plain_largest(group, texts, lengths):
    """The same in PyTorch's own operations, whose gradient autograd derives."""
    width = group.weight.shape[2]
    count = texts.shape[1] - width + 1
    by_place = linear(texts, group.weight.permute(2, 0, 1).flatten(0, 1)).chunk(width, dim=2)
    values = by_place[0][:, :count]
    for place in range(1, width):
        values = values + by_place[place][:, place : place + count]
    beyond = torch.arange(count) > (lengths - width).clamp(min=0)
    return values.masked_fill(beyond[:, :, None], -torch.inf).amax(dim=1) + group.bias


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("repeated", [False, True], ids=["all different", "windows alike"])
@pytest.mark.parametrize("widths", [[1], [2, 4], [3, 4, 5], [24]], ids=str)
def test_gradients_are_those_of_plain_operations_bit_for_bit(widths, repeated, precision, monkeypatch):
    encoder = build(widths=widths, maps=5, dropout=0.0, padding=2)
    texts = [torch.randn(length, D) for length in LENGTHS]
    if repeated:
        texts = [text[:1].expand(len(text), D) for text in texts]
    embedded, mask = padded(texts, 23)
    found = []
    for largest in (None, plain_largest):
        if largest is not None:
            monkeypatch.setattr("embedkit_cnn.module._largest", largest)
        encoder.zero_grad()
        given = embedded.clone().requires_grad_()
        with torch.autocast("cpu", precision, enabled=precision != torch.float32):
            encoded = encoder(given, mask)
        encoded.backward(torch.randn(encoded.shape, generator=torch.Generator().manual_seed(3)))
        found.append([encoded.detach(), given.grad, *(weight.grad for weight in encoder.parameters())])
    assert all(map(torch.equal, *found))


def test_at_kims_size_a_text_has_the_same_features_alone_and_among_others():
    encoder = COMPONENT.factory().build(300).eval()
    texts = [torch.randn(length, 300) for length in range(1, 51)]
    embedded = torch.nn.utils.rnn.pad_sequence(texts, batch_first=True)
    mask = torch.arange(50) < torch.arange(1, 51)[:, None]
    head = nn.Linear(300, 1)
    with torch.no_grad():
        together = head(encoder(embedded, mask))
        alone = torch.cat(
            [head(encoder(text[None], torch.ones(1, len(text), dtype=torch.bool))) for text in texts]
        )
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=1e-6)


def test_weights_are_drawn_as_conv1d_draws_them_width_by_width():
    torch.manual_seed(5)
    encoder = build(widths=[4, 2], maps=3)
    torch.manual_seed(5)
    for group, width in zip(encoder.filters, (4, 2), strict=True):
        reference = nn.Conv1d(D, 3, width)
        assert torch.equal(group.weight, reference.weight)
        assert torch.equal(group.bias, reference.bias)


def test_dropout_is_of_the_encoded_text():
    encoder = build(maps=20, dropout=0.5)
    embedded, mask = padded([torch.randn(9, D)] * 500, 9)
    evaluated = encoder.eval()(embedded, mask)
    trained = encoder.train()(embedded, mask)
    kept = trained != 0
    share = kept.float().mean() / (evaluated != 0).float().mean()
    assert share.item() == pytest.approx(0.5, abs=0.02)
    torch.testing.assert_close(trained[kept], 2 * evaluated[kept])


def test_defaults_are_kims():
    assert COMPONENT.parameters().model_dump() == {
        "widths": (3, 4, 5),
        "maps": 100,
        "activation": "relu",
        "dropout": 0.5,
        "padding": 0,
    }
    assert build().output_dim == 300


@pytest.mark.parametrize(
    "bad",
    [
        {"widths": []},
        {"widths": [0]},
        {"widths": 3},
        {"maps": 0},
        {"activation": "gelu"},
        {"dropout": 1.0},
        {"padding": -1},
    ],
    ids=str,
)
def test_bad_keys_are_refused(bad):
    with pytest.raises(ValidationError):
        COMPONENT.parameters(**bad)


def test_a_width_that_stands_twice_is_refused():
    with pytest.raises(RecipeError, match=r"encoder\.widths: the width 4 stands twice"):
        build(widths=[3, 4, 5, 4])
