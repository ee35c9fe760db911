"""Simple recurrent layers as they are read on a CPU: the states and gradients of `nn.RNN`, and no traces."""

from __future__ import annotations

import pytest
import torch
from embedkit_rnn.elman import read_one_way
from torch import nn

B, T, D, H = 3, 5, 4, 6


@pytest.fixture(params=["tanh", "relu"])
def network(request):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        yield nn.RNN(D, H, batch_first=True, nonlinearity=request.param).double()


def texts(length=T):
    generator = torch.Generator().manual_seed(4)
    return torch.randn(B, length, D, generator=generator, dtype=torch.float64, requires_grad=True)


def read(network, batch):
    return read_one_way(batch, network.all_weights[0], relu=network.nonlinearity == "relu")


@pytest.mark.parametrize("length", [1, 2, T])
def test_states_and_gradients_are_those_of_pytorch(network, length):
    results = []
    for reading in (lambda batch: read(network, batch), lambda batch: network(batch)[0]):
        network.zero_grad()
        batch = texts(length)
        states = reading(batch)
        (states * torch.arange(states.numel(), dtype=torch.float64).view_as(states)).sum().backward()
        results.append([states.detach(), batch.grad, *(p.grad.clone() for p in network.parameters())])
    for mine, theirs in zip(*results, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-12, atol=1e-12)


def test_gradients_are_those_of_small_steps(network):
    assert torch.autograd.gradcheck(lambda batch, *_: read(network, batch), (texts(), *network.parameters()))


def test_what_comes_back_is_left_as_it_is(network):
    states = read(network, texts())
    gradient = torch.ones(T, B, H, dtype=torch.float64).transpose(0, 1)
    states.backward(gradient)
    assert torch.equal(gradient, torch.ones_like(gradient))


def test_texts_that_need_no_gradient_get_none(network):
    batch = texts().detach()
    read(network, batch).sum().backward()
    assert batch.grad is None
    assert all(parameter.grad is not None for parameter in network.parameters())
