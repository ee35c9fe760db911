"""One vector for a text out of those of its tokens; for the encoders of plugins as well as for bundled ones.

`states` are float [B, T, H], one for each token, and `mask` is bool [B, T], True at tokens. What stands at
padding is never looked at, not even where it is NaN or infinite, and a text without tokens gives zeros.
"""

from __future__ import annotations

import torch
from torch import Tensor


def masked_sum(states: Tensor, mask: Tensor) -> Tensor:
    """The sum over the tokens, [B, H]."""
    return states.masked_fill(~mask[:, :, None], 0.0).sum(dim=1)


def masked_mean(states: Tensor, mask: Tensor) -> Tensor:
    """The mean over the tokens, [B, H]."""
    count = mask.sum(dim=1, keepdim=True).clamp(min=1)
    return masked_sum(states, mask) / count


def masked_max(states: Tensor, mask: Tensor) -> Tensor:
    """The largest value of each dimension over the tokens, [B, H]."""
    largest = states.masked_fill(~mask[:, :, None], -torch.inf).amax(dim=1)
    return largest.masked_fill(~mask.any(dim=1, keepdim=True), 0.0)
