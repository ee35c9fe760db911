"""The module of the encoder."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from embedkit.plugin_api import masked_max, masked_mean, masked_sum


class ScaledModule(nn.Module):
    """From [B, T, D] to [B, H]."""

    def __init__(self, inner: Sequence[nn.Module], input_dim: int) -> None:
        super().__init__()
        self.inner = nn.ModuleList(inner)
        self.scale = nn.Parameter(torch.rand(1) + 0.5)
        self.output_dim = sum(each.output_dim for each in inner) + 3 * input_dim

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """Encode a batch."""
        pooled = [pool(embedded, mask) for pool in (masked_mean, masked_sum, masked_max)]
        return self.scale * torch.cat([*(each(embedded, mask) for each in self.inner), *pooled], dim=1)
