"""`rnn`: padding leaves no trace, the weights are `nn.RNN`'s; `mask_padding: false` is `nn.RNN` itself."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from pydantic import ValidationError
from torch import nn
from torch.nn.utils.rnn import pack_sequence

from embedkit.plugin.registry import build_registry

D, H = 7, 5
SETTINGS = [
    {"num_layers": layers, "bidirectional": both, "nonlinearity": nonlinearity}
    for layers, both, nonlinearity in product((1, 2, 3), (False, True), ("tanh", "relu"))
]
LENGTHS = (4, 0, 9, 1, 6, 1, 9)


@pytest.fixture(scope="module")
def component():
    return build_registry().get("encoder", "rnn")


@pytest.fixture(params=SETTINGS, ids=lambda keys: "-".join(map(str, keys.values())))
def keys(request):
    return {"hidden_size": H, **request.param}


@pytest.fixture(autouse=True)
def seeded():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        yield


def build(component, keys, **more):
    return component.factory(**component.parameters(**keys, **more).model_dump()).build(D)


def plain(keys):
    rest = {key: value for key, value in keys.items() if key != "hidden_size"}
    return nn.RNN(D, keys["hidden_size"], batch_first=True, **rest)


def texts(lengths=LENGTHS):
    return [torch.randn(length, D) for length in lengths]


def padded(batch, width, padding=0.0):
    """Texts as [B, width, D] with `padding` behind them, and their mask [B, width]."""
    embedded = torch.full((len(batch), width, D), padding)
    mask = torch.zeros(len(batch), width, dtype=torch.bool)
    for row, text in enumerate(batch):
        embedded[row, : len(text)] = text
        mask[row, : len(text)] = True
    return embedded, mask


def final(states, keys):
    return torch.cat((states[-2], states[-1]), dim=1) if keys["bidirectional"] else states[-1]


@pytest.mark.parametrize("padding", [0.0, 3.5])
def test_a_text_alone_and_in_a_padded_batch_are_the_same(component, keys, padding):
    encoder = build(component, keys)
    batch = texts()
    together = encoder(*padded(batch, 14, padding))
    for text, encoded in zip(batch, together, strict=True):
        alone = encoder(*padded([text], max(1, len(text)), padding))
        torch.testing.assert_close(alone[0], encoded, atol=1e-6, rtol=0)


def test_states_are_those_of_packed_texts(component, keys):
    encoder = build(component, keys)
    batch = [text for text in texts() if len(text)]
    reference = final(encoder.rnn(pack_sequence(batch, enforce_sorted=False))[1], keys)
    torch.testing.assert_close(encoder(*padded(batch, 12, 9.0)), reference, atol=1e-6, rtol=0)


def test_gradients_are_those_of_packed_texts(component, keys):
    encoder = build(component, keys)
    batch = [text for text in texts() if len(text)]
    encoder(*padded(batch, 12)).square().sum().backward()
    gradients = [parameter.grad.clone() for parameter in encoder.parameters()]
    encoder.zero_grad()
    final(encoder.rnn(pack_sequence(batch, enforce_sorted=False))[1], keys).square().sum().backward()
    for mine, parameter in zip(gradients, encoder.parameters(), strict=True):
        torch.testing.assert_close(mine, parameter.grad, atol=1e-5, rtol=1e-5)


def test_padding_gets_no_gradient(component, keys):
    encoder = build(component, keys)
    embedded, mask = padded(texts(), 14)
    encoder(embedded.requires_grad_(), mask).sum().backward()
    assert not embedded.grad[~mask].any()
    assert embedded.grad.isfinite().all()
    assert embedded.grad[mask].any(dim=1).any()


def test_a_text_without_tokens_is_zeros_and_its_gradient_too(component, keys):
    encoder = build(component, keys)
    embedded, mask = padded(texts((0, 0)), 3, 2.0)
    encoded = encoder(embedded, mask)
    assert encoded.shape == (2, encoder.output_dim)
    assert not encoded.any()
    encoded.sum().backward()
    assert all(not parameter.grad.any() for parameter in encoder.parameters())


def test_one_text_of_one_token(component, keys):
    encoder = build(component, keys)
    embedded, mask = padded(texts((1,)), 1)
    torch.testing.assert_close(
        encoder(embedded, mask), final(encoder.rnn(embedded)[1], keys), atol=1e-6, rtol=0
    )


def test_weights_are_drawn_as_nn_rnn_draws_them(component, keys):
    torch.manual_seed(5)
    encoder = build(component, keys)
    after = torch.get_rng_state()
    torch.manual_seed(5)
    reference = plain(keys)
    assert torch.equal(after, torch.get_rng_state())
    expected = {f"rnn.{name}": tensor for name, tensor in reference.state_dict().items()}
    drawn = encoder.state_dict()
    assert drawn.keys() == expected.keys()
    assert all(torch.equal(drawn[name], expected[name]) for name in expected)


def test_without_mask_it_is_nn_rnn_pads_and_all(component, keys):
    torch.manual_seed(5)
    encoder = build(component, keys, mask_padding=False)
    torch.manual_seed(5)
    reference = plain(keys)
    embedded, mask = padded(texts(), 14)
    encoded = encoder(embedded, mask)
    assert torch.equal(encoded, final(reference(embedded)[1], keys))
    assert encoded.isfinite().all()
    masked = build(component, keys)
    masked.load_state_dict(encoder.state_dict())
    assert (masked(embedded, mask) - encoded).abs().max() > 1e-3


def test_output_dim_is_what_comes_out(component, keys):
    encoder = build(component, keys)
    assert encoder.output_dim == H * (2 if keys["bidirectional"] else 1)
    assert encoder(*padded(texts(), 9)).shape == (len(LENGTHS), encoder.output_dim)


@pytest.mark.parametrize("mask_padding", [True, False])
def test_it_says_whether_padding_matters(component, mask_padding):
    assert component.factory(hidden_size=H, mask_padding=mask_padding).padding_invariant is mask_padding


def test_defaults(component):
    assert component.parameters(hidden_size=16).model_dump() == {
        "hidden_size": 16,
        "num_layers": 1,
        "bidirectional": False,
        "dropout": 0.0,
        "pooling": "last",
        "nonlinearity": "tanh",
        "mask_padding": True,
    }


@pytest.mark.parametrize(
    "bad",
    [{}, {"hidden_size": 0}, {"hidden_size": 4, "num_layers": 0}, {"hidden_size": 4, "nonlinearity": "gelu"}],
)
def test_bad_keys_are_refused(component, bad):
    with pytest.raises(ValidationError):
        component.parameters(**bad)
