"""An encoder made of others."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn

from embedkit.plugin_api import ComponentOf, Doc, Encoder, masked_max, masked_mean, masked_sum


class Scaled:
    """The outputs of other encoders side by side, then mean, sum and maximum, scaled by one learnt number."""

    padding_invariant: ClassVar[bool] = True
    has_weights: ClassVar[bool] = True
    runs_code: ClassVar[bool] = False

    def __init__(
        self, *, inner: Annotated[Sequence[Annotated[Encoder, ComponentOf("encoder")]], Doc("other encoders")]
    ) -> None:
        self.inner = inner

    def build(self, input_dim: int) -> nn.Module:
        """Build the module."""
        return ScaledModule([each.build(input_dim) for each in self.inner], input_dim)


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
