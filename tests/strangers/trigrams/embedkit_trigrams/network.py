"""The torch module behind `trigrams`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

if TYPE_CHECKING:
    from collections.abc import Sequence


class Network(nn.Module):
    """Adds to each piece, layer by layer, what all pieces of its text have in common."""

    def __init__(self, ids: int, dim: int, depth: int, seed: int) -> None:
        super().__init__()
        drawn = torch.Generator().manual_seed(seed)
        self.embedding = nn.Embedding.from_pretrained(torch.randn(ids, dim, generator=drawn), freeze=False)
        self.blocks = nn.ModuleList(skip_init(nn.Linear, 2 * dim, dim) for _ in range(depth))
        for weight in self.blocks.parameters():
            nn.init.normal_(weight, std=dim**-0.5, generator=drawn)
        self.dropout = nn.Dropout(0.1)
        self.eval()

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        states = self.embedding(ids)
        for block in self.blocks:
            shared = self.pool(states, mask)[:, None].expand_as(states)
            states = states + self.dropout(torch.tanh(block(torch.cat([states, shared], dim=2))))
        return states

    def pool(self, states: Tensor, mask: Tensor) -> Tensor:
        inside = mask[:, :, None]
        return states.masked_fill(~inside, 0.0).sum(dim=1) / inside.sum(dim=1).clamp(min=1)

    def layers(self) -> Sequence[nn.Module]:
        return [self.embedding, *self.blocks]
