"""One vector for a text out of the states [B, T, D] of its tokens, `mask` bool [B, T].

What a pooling gives for a text without tokens is left to its caller to blank out.
"""

from __future__ import annotations

import torch
from torch import Tensor


def mean(states: Tensor, mask: Tensor) -> Tensor:
    """The mean over the tokens, [B, D]."""
    count = mask.sum(dim=1, keepdim=True).clamp(min=1)
    return states.masked_fill(~mask[:, :, None], 0.0).sum(dim=1) / count


def largest(states: Tensor, mask: Tensor) -> Tensor:
    """The largest value of each dimension over the tokens, [B, D]."""
    return states.masked_fill(~mask[:, :, None], -torch.inf).amax(dim=1)


def first(states: Tensor, mask: Tensor) -> Tensor:  # noqa: ARG001
    """The first token's state, [B, D]."""
    return states[:, 0]


POOLINGS = {"mean": mean, "max": largest, "first": first}
