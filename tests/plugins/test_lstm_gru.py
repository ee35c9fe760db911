"""`lstm`, `gru` and the poolings of recurrent networks, against plain torch, one text at a time."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from embedkit_rnn.reading import by_layer, packed
from pydantic import ValidationError
from torch import nn

from embedkit.errors import RecipeError
from embedkit.plugin.registry import build_registry

D, H = 7, 5
NETWORKS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
LENGTHS = (4, 9, 1, 6, 2, 9)
REGISTRY = build_registry()


@pytest.fixture(autouse=True)
def seeded():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(17)
        yield


def build(name, **keys):
    component = REGISTRY.get("encoder", name)
    return component.factory(**component.parameters(hidden_size=H, **keys).model_dump()).build(D)


def padded(texts, width):
    embedded = torch.full((len(texts), width, D), 4.0)
    mask = torch.zeros(len(texts), width, dtype=torch.bool)
    for row, text in enumerate(texts):
        embedded[row, : len(text)] = text
        mask[row, : len(text)] = True
    return embedded, mask


def last(encoder, states):
    return torch.cat((states[-1, :H], states[0, H:]))


def attention(encoder, states):
    projection, query = encoder.pooling.projection, encoder.pooling.query
    hidden = [torch.tanh(projection.weight @ state + projection.bias) for state in states]
    scores = torch.stack([(query.weight[0] * each).sum() for each in hidden])
    weights = scores.exp() / scores.exp().sum()
    return sum(weight * state for weight, state in zip(weights, states, strict=True))


REFERENCE = {
    "last": last,
    "mean": lambda encoder, states: sum(states) / len(states),
    "max": lambda encoder, states: torch.stack([*states]).max(dim=0).values,
    "attention": attention,
}


@pytest.fixture(
    params=[*product(NETWORKS, (1, 3), (False, True), REFERENCE)], ids=lambda p: "-".join(map(str, p))
)
def case(request):
    """An encoder, and the same worked out for one text at a time."""
    name, layers, both, pooling = request.param
    encoder = build(name, num_layers=layers, bidirectional=both, pooling=pooling)
    return encoder, lambda text: REFERENCE[pooling](encoder, encoder.rnn(text[None])[0][0])


def test_pooled_states_are_those_of_each_text_alone(case):
    encoder, reference = case
    texts = [torch.randn(length, D) for length in LENGTHS]
    expected = torch.stack([reference(text) for text in texts])
    torch.testing.assert_close(encoder(*padded(texts, 12)), expected, atol=1e-6, rtol=1e-6)


def test_gradients_are_those_of_each_text_alone(case):
    encoder, reference = case
    texts = [torch.randn(length, D) for length in LENGTHS]
    encoder(*padded(texts, 12)).square().sum().backward()
    gradients = [weight.grad.clone() for weight in encoder.parameters()]
    encoder.zero_grad()
    torch.stack([reference(text) for text in texts]).square().sum().backward()
    for mine, weight in zip(gradients, encoder.parameters(), strict=True):
        torch.testing.assert_close(mine, weight.grad, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", NETWORKS)
def test_texts_by_layer_around_give_the_states_of_packed_ones(name):
    rnn = build(name, num_layers=3, bidirectional=True).rnn
    embedded, mask = padded([torch.randn(length, D) for length in LENGTHS], 12)
    lengths = mask.sum(dim=1)
    mine, theirs = by_layer(rnn, embedded, lengths), packed(rnn, embedded, lengths)
    assert mine.shape == theirs.shape
    torch.testing.assert_close(mine[mask], theirs[mask], atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize(("name", "both"), [*product(NETWORKS, (False, True))])
def test_weights_are_drawn_as_torch_draws_them(name, both):
    torch.manual_seed(5)
    drawn = build(name, num_layers=2, bidirectional=both, dropout=0.2, pooling="attention").state_dict()
    torch.manual_seed(5)
    reference = NETWORKS[name](D, H, num_layers=2, bidirectional=both)
    for key, weight in reference.state_dict().items():
        assert torch.equal(drawn.pop(f"rnn.{key}"), weight)
    assert sorted(drawn) == ["pooling.projection.bias", "pooling.projection.weight", "pooling.query.weight"]


@pytest.mark.parametrize(("name", "both"), [*product(NETWORKS, (False, True))])
def test_dropout_acts_between_layers_in_training_alone(name, both):
    encoder = build(name, num_layers=2, bidirectional=both, dropout=0.5)
    embedded, mask = padded([torch.randn(6, D)] * 3000, 6)
    evaluated = encoder.eval()(embedded, mask)
    torch.testing.assert_close(evaluated, evaluated[:1].expand_as(evaluated))
    trained = encoder.train()(embedded, mask)
    states = encoder.rnn(embedded)[0]
    reference = torch.cat((states[:, -1, :H], states[:, 0, H:]), dim=1)
    assert trained.std(dim=0).min() > 1e-3
    torch.testing.assert_close(trained.mean(dim=0), reference.mean(dim=0), atol=0.05, rtol=0)
    torch.testing.assert_close(trained.std(dim=0), reference.std(dim=0), atol=0.05, rtol=0)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("dropout", [1e-3, 0.5])
def test_dropout_with_nothing_to_act_between_is_refused(name, dropout):
    with pytest.raises(RecipeError, match=r"encoder\.dropout: dropout .* acts between layers") as refused:
        build(name, dropout=dropout)
    assert "num_layers to 2" in str(refused.value)


@pytest.mark.parametrize("pooling", ["mean", "max", "attention"])
def test_only_the_last_state_can_be_taken_after_the_padding(pooling):
    with pytest.raises(RecipeError, match="goes with 'pooling: last', not with"):
        build("rnn", mask_padding=False, pooling=pooling)


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_defaults(name):
    assert REGISTRY.get("encoder", name).parameters(hidden_size=16).model_dump() == {
        "hidden_size": 16,
        "num_layers": 1,
        "bidirectional": False,
        "dropout": 0.0,
        "pooling": "last",
    }


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(
    "bad",
    [{"hidden_size": 0}, {"num_layers": 0}, {"dropout": 1.0}, {"dropout": -0.1}, {"pooling": "sum"}],
    ids=str,
)
def test_bad_keys_are_refused(name, bad):
    with pytest.raises(ValidationError):
        REGISTRY.get("encoder", name).parameters(**{"hidden_size": 4, **bad})


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_keys_of_rnn_alone_are_unknown_to_the_gated(name):
    for key, value in (("nonlinearity", "relu"), ("mask_padding", True)):
        with pytest.raises(ValidationError, match=key):
            REGISTRY.get("encoder", name).parameters(hidden_size=4, **{key: value})
