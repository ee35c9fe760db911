"""The torch module behind `transformer`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from torch import Tensor, nn

from embedkit.plugin_api import masked_max, masked_mean
from embedkit_transformer.positions import sinusoids


def first(states: Tensor, mask: Tensor) -> Tensor:  # noqa: ARG001
    """Return the first token's state [B, D] of `states` [B, T, D]; without tokens, the state of padding."""
    return states[:, 0]


POOLINGS = {"mean": masked_mean, "max": masked_max, "first": first}


class TransformerModule(nn.Module):
    """Encodes texts [B, T, D] with attention and pools the tokens to [B, D]; without tokens, zeros."""

    def __init__(
        self,
        layers: Sequence[nn.TransformerEncoderLayer],
        *,
        positions: Literal["sinusoidal", "none"],
        pooling: Literal["mean", "max", "first"],
    ) -> None:
        super().__init__()
        first = layers[0]
        self.output_dim = first.self_attn.embed_dim
        # Layers that normalize before their parts leave their own sum as it is: hence one norm at the end.
        norm = nn.LayerNorm(self.output_dim) if first.norm_first else None
        # Nested tensors would skip padding, but batches with and without them take different roads.
        self.transformer = nn.TransformerEncoder(first, len(layers), norm, enable_nested_tensor=False)
        # torch would repeat one layer, weights and all; these have drawn their own.
        self.transformer.layers = nn.ModuleList(layers)
        self.positions = positions
        self.pool = POOLINGS[pooling]

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """Encode `embedded` float [B, T, D] with `mask` bool [B, T] as [B, D]."""
        if self.positions == "sinusoidal":
            embedded = embedded + sinusoids(embedded.shape[1], self.output_dim, embedded)
        empty = ~mask.any(dim=1, keepdim=True)
        # An empty text attends to all of its padding: a softmax over nothing would be NaN.
        states = self.transformer(embedded, src_key_padding_mask=~(mask | empty))
        return self.pool(states, mask).masked_fill(empty, 0.0)
