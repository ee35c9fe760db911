"""The torch module behind `bag`."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn


class BagModule(nn.Module):
    """Texts [B, T, D] to their pooled vectors [B, H]; a text without tokens is a row of zeros."""

    def __init__(self, input_dim: int, pooling: Literal["mean", "max", "both"], dropout: float) -> None:
        super().__init__()
        self.poolings = {"mean": (mean,), "max": (largest,), "both": (mean, largest)}[pooling]
        self.output_dim = input_dim * len(self.poolings)
        self.dropout = nn.Dropout(dropout)

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """`embedded` float [B, T, D], `mask` bool [B, T] -> [B, H], H = D or 2 D."""
        pooled: Tensor = self.dropout(torch.cat([pool(embedded, mask) for pool in self.poolings], dim=1))
        return pooled


def mean(embedded: Tensor, mask: Tensor) -> Tensor:
    """The mean over the tokens, [B, D]: SWEM-aver."""
    count = mask.sum(dim=1, keepdim=True).clamp(min=1)
    return embedded.masked_fill(~mask[:, :, None], 0.0).sum(dim=1) / count


def largest(embedded: Tensor, mask: Tensor) -> Tensor:
    """The largest value of each dimension over the tokens, [B, D]: SWEM-max."""
    top = embedded.masked_fill(~mask[:, :, None], -torch.inf).amax(dim=1)
    return top.masked_fill(~mask.any(dim=1, keepdim=True), 0.0)
