"""Masked pooling against each text's own states."""

from __future__ import annotations

import pytest
import torch

from embedkit.model.pooling import masked_max, masked_mean

LENGTHS = (3, 0, 5, 1)


@pytest.fixture
def texts():
    generator = torch.Generator().manual_seed(3)
    return [-1 - torch.rand(length, 4, generator=generator) for length in LENGTHS]


def padded(texts, filling):
    states = torch.full((len(texts), 6, 4), filling)
    for row, text in enumerate(texts):
        states[row, : len(text)] = text
    return states, torch.arange(6) < torch.tensor(LENGTHS)[:, None]


@pytest.mark.parametrize("filling", [0.0, 9.0, torch.inf, torch.nan])
@pytest.mark.parametrize(
    ("pool", "of_one"), [(masked_mean, lambda text: text.mean(0)), (masked_max, lambda text: text.amax(0))]
)
def test_a_text_is_pooled_as_if_it_were_alone(pool, of_one, filling, texts):
    pooled = pool(*padded(texts, filling))
    expected = torch.stack([of_one(text) if len(text) else torch.zeros(4) for text in texts])
    torch.testing.assert_close(pooled, expected)


@pytest.mark.parametrize("pool", [masked_mean, masked_max])
def test_padding_gets_no_gradient_and_nothing_gets_nan(pool, texts):
    states, mask = padded(texts, 2.0)
    states.requires_grad_(True)
    pool(states, mask).sum().backward()
    assert states.grad.isfinite().all()
    assert (states.grad[~mask] == 0).all()
    assert (states.grad[mask].abs().sum()) > 0
