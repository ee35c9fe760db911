"""`bag` against means and largest values of each text's own vectors."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from embedkit.plugin.registry import build_registry

D = 6
LENGTHS = (4, 0, 9, 1, 6)
COMPONENT = build_registry().get("encoder", "bag")
REFERENCE = {
    "mean": lambda text: text.mean(axis=0),
    "sum": lambda text: text.sum(axis=0),
    "max": lambda text: text.max(axis=0),
    "both": lambda text: np.concatenate((text.mean(axis=0), text.max(axis=0))),
}


@pytest.fixture(autouse=True)
def seeded():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(31)
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


@pytest.mark.parametrize("pooling", REFERENCE)
def test_texts_are_their_pooled_vectors(pooling):
    encoder = build(pooling=pooling)
    # All below zero: a largest value of padding, or of nothing, would be above.
    texts = [-1 - torch.rand(length, D) for length in LENGTHS]
    encoded = encoder(*padded(texts, 12)).numpy()
    assert encoded.shape == (len(LENGTHS), encoder.output_dim)
    for text, row in zip(texts, encoded, strict=True):
        expected = REFERENCE[pooling](text.numpy()) if len(text) else np.zeros(len(row))
        np.testing.assert_allclose(row, expected, atol=1e-6)


def test_the_order_of_the_words_does_not_matter():
    encoder = build(pooling="both")
    text = torch.randn(9, D)
    forwards, backwards = encoder(*padded([text, text.flip(0)], 9))
    torch.testing.assert_close(forwards, backwards)


def test_it_has_no_weights_and_draws_nothing():
    before = torch.get_rng_state()
    assert not build().state_dict()
    assert torch.equal(torch.get_rng_state(), before)


def test_dropout_is_of_the_encoded_text():
    encoder = build(dropout=0.25)
    embedded, mask = padded([torch.randn(5, D)] * 2000, 5)
    evaluated = encoder.eval()(embedded, mask)
    trained = encoder.train()(embedded, mask)
    kept = trained != 0
    assert kept.float().mean().item() == pytest.approx(0.75, abs=0.02)
    torch.testing.assert_close(trained[kept], evaluated[kept] / 0.75)


def test_defaults():
    assert COMPONENT.parameters().model_dump() == {"pooling": "mean", "dropout": 0.0}


@pytest.mark.parametrize(
    "bad", [{"pooling": "last"}, {"dropout": 1.0}, {"dropout": -0.1}, {"hidden_size": 3}]
)
def test_bad_keys_are_refused(bad):
    with pytest.raises(ValidationError):
        COMPONENT.parameters(**bad)
