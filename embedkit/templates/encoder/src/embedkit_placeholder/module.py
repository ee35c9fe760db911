"""The torch module of the encoder: torch is imported here, and this module when an encoder is built."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class AttentionPooling(nn.Module):
    """Pools texts [B, T, D] into vectors [B, heads * D]; a text without tokens becomes zeros."""

    def __init__(self, input_dim: int, heads: int) -> None:
        super().__init__()
        self.score = nn.Linear(input_dim, heads)
        self.output_dim = input_dim * heads

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """Encode `embedded` float [B, T, D] with `mask` bool [B, T] as [B, H]."""
        tokens = mask.unsqueeze(2)
        scores = self.score(embedded)
        scores = scores.masked_fill(~tokens, torch.finfo(scores.dtype).min)
        weights = scores.softmax(dim=1) * tokens
        return torch.einsum("bth,btd->bhd", weights, embedded).flatten(1)
