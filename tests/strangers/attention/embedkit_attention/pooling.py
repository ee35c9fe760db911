"""Attention pooling: a text is the mean of its words, weighted by how much a learnt query is like them."""

import torch
from torch import Tensor, nn


class Pooling(nn.Module):
    """From [B, T, D] to [B, heads · D]."""

    def __init__(self, input_dim: int, heads: int) -> None:
        super().__init__()
        self.output_dim = heads * input_dim
        self.queries = nn.Parameter(torch.randn(heads, input_dim) / input_dim**0.5)

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """Return the weighted means; zeros for a text without tokens."""
        scores = embedded @ self.queries.T  # [B, T, heads]
        scores = scores.masked_fill(~mask[..., None], torch.finfo(scores.dtype).min)
        weights = scores.softmax(dim=1) * mask[..., None]
        return torch.einsum("bth,btd->bhd", weights, embedded).flatten(1)
