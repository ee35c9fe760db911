"""The torch modules behind `bag` and `pooled`."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from embedkit.plugin_api import masked_max, masked_mean, masked_sum

POOLINGS = {
    "mean": (masked_mean,),
    "sum": (masked_sum,),
    "max": (masked_max,),
    "both": (masked_mean, masked_max),
}


class BagModule(nn.Module):
    """Pools texts [B, T, D] into vectors [B, H]; a text without tokens becomes a row of zeros.

    The mean is SWEM-aver, the maximum SWEM-max, the two together SWEM-concat.
    """

    def __init__(self, input_dim: int, pooling: str, dropout: float) -> None:
        super().__init__()
        self.poolings = POOLINGS[pooling]
        self.output_dim = input_dim * len(self.poolings)
        self.dropout = nn.Dropout(dropout)

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """Encode `embedded` float [B, T, D] with `mask` bool [B, T] as [B, H]; H is D or 2 D."""
        pooled: Tensor = self.dropout(torch.cat([pool(embedded, mask) for pool in self.poolings], dim=1))
        return pooled


class PooledModule(nn.Module):
    """Returns the first vector of each text [B, T, D], as [B, D]; without one, a row of zeros."""

    def __init__(self, input_dim: int, dropout: float) -> None:
        super().__init__()
        self.output_dim = input_dim
        self.dropout = nn.Dropout(dropout)

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """Encode `embedded` float [B, T, D] with `mask` bool [B, T] as [B, D]."""
        pooled: Tensor = self.dropout(embedded[:, 0].masked_fill(~mask[:, :1], 0.0))
        return pooled
