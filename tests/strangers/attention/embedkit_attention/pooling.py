"""Attention pooling: a text is the mean of its words, weighted by how much a learnt query is like them."""

from typing import Annotated

import torch
from annotated_types import Ge
from torch import Tensor, nn

from embedkit.plugin_api import Doc


class Attention:
    """The weighted mean of the words, by scaled dot products with learnt queries (Bahdanau et al. 2015)."""

    def __init__(
        self, *, heads: Annotated[int, Ge(1), Doc("queries, each with a mean of its own")] = 1
    ) -> None:
        self.heads = heads

    def build(self, input_dim: int) -> nn.Module:
        """Build the module, its queries drawn from torch's generator."""
        return Pooling(input_dim, self.heads)


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
