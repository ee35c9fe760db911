"""The network of the text encoder: torch is imported here, and this module when a network is built."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class MixingNetwork(nn.Module):
    """Adds to the vector of each piece what all pieces of its text have in common."""

    def __init__(self, ids: int, dim: int) -> None:
        super().__init__()
        # A generator of its own: the recipe's seed has no influence on pretrained weights.
        generator = torch.Generator().manual_seed(1)
        vectors = torch.randn(ids, dim, generator=generator)
        self.embedding = nn.Embedding(ids, dim, _weight=vectors)
        self.mix = nn.Linear(dim, dim, device="meta").to_empty(device="cpu")
        for weight in self.mix.parameters():
            nn.init.normal_(weight, std=dim**-0.5, generator=generator)
        self.eval()

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the states [B, S, D] of the pieces `ids` int64 [B, S], with `mask` bool [B, S]."""
        vectors = self.embedding(ids)
        states: Tensor = vectors + torch.tanh(self.mix(self.pool(vectors, mask))).unsqueeze(1)
        return states

    def pool(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return the mean of the states of each text, [B, D]."""
        pieces = mask.unsqueeze(2)
        return states.masked_fill(~pieces, 0.0).sum(dim=1) / pieces.sum(dim=1).clamp(min=1)

    def layers(self) -> Sequence[nn.Module]:
        """Return the parts of the network, from the input to the output."""
        return [self.embedding, self.mix]
