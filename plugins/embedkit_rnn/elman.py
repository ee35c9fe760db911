"""A layer of a simple recurrent network on a CPU, h_t = f(W x_t + b + U h_{t-1} + c): Elman 1990.

With PyTorch's own layer, autograd records every operation of every token, which takes longer than the
arithmetic where states are narrow. Here a token costs two in-place operations in the forward pass and two in
the backward pass, and each weight matrix costs one product over all tokens. Weights and results are those of
`nn.RNN`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd.function import Function, once_differentiable


def read_one_way(texts: Tensor, weights: Sequence[Tensor], *, relu: bool) -> Tensor:
    """Return the states [B, T, H] of `texts` float [B, T, D], T at least 1, from an initial state of zeros.

    `weights` are those of one direction of a layer of `nn.RNN`: W [H, D], U [H, H], b [H], c [H]. f is ReLU
    if `relu`, or else tanh.
    """
    states = _Elman.apply(texts, *weights, relu)  # type: ignore[no-untyped-call]
    return cast("Tensor", states)


class _Elman(Function):
    @staticmethod
    def forward(ctx: Any, texts: Tensor, w: Tensor, u: Tensor, b: Tensor, c: Tensor, relu: bool) -> Tensor:
        batch, length, _ = texts.shape
        inwards = torch.addmm(b + c, texts.flatten(0, 1), w.t()).view(batch, length, -1)
        states = inwards.transpose(0, 1).contiguous()  # [T, B, H]: what belongs to a token lies together
        step = torch.relu_ if relu else torch.tanh_
        first, *others = states.unbind()
        previous = step(first)
        for state in others:
            previous = step(state.addmm_(previous, u.t()))
        ctx.relu = relu
        ctx.save_for_backward(texts, w, u, states)
        return states.transpose(0, 1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        texts, w, u, states = ctx.saved_tensors
        slopes = (states > 0).to(states.dtype) if ctx.relu else 1 - states * states
        inner = torch.empty_like(states).copy_(gradient.transpose(0, 1)).mul_(slopes)
        *others, following = inner.unbind()
        for before, slope in zip(reversed(others), reversed(slopes.unbind()[:-1]), strict=True):
            following = before.addcmul_(following @ u, slope)
        of_texts = inner.transpose(0, 1).flatten(0, 1)
        b = of_texts.sum(0)
        return (
            (of_texts @ w).view_as(texts) if ctx.needs_input_grad[0] else None,
            of_texts.t() @ texts.flatten(0, 1),
            inner[1:].flatten(0, 1).t() @ states[:-1].flatten(0, 1),
            b,
            b,
            None,
        )
