"""Pooling of token vectors into one vector per text, for bundled encoders and those of plugins.

`states` are float [B, T, H], one vector per token, and `mask` is bool [B, T], True at tokens. Values at
padding are ignored, even NaN or infinite ones, and a text without tokens gives zeros.
"""

from __future__ import annotations

import torch
from torch import Tensor


def masked_sum(states: Tensor, mask: Tensor) -> Tensor:
    """Return the sum over the tokens, [B, H]."""
    return states.masked_fill(~mask[:, :, None], 0.0).sum(dim=1)


def masked_mean(states: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over the tokens, [B, H]."""
    count = mask.sum(dim=1, keepdim=True).clamp(min=1)
    return masked_sum(states, mask) / count


def masked_max(states: Tensor, mask: Tensor) -> Tensor:
    """Return the maximum over the tokens in each dimension, [B, H]."""
    largest = states.masked_fill(~mask[:, :, None], -torch.inf).amax(dim=1)
    return largest.masked_fill(~mask.any(dim=1, keepdim=True), 0.0)
