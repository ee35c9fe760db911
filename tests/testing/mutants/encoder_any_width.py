"""Pairs the dimensions of the vectors, and breaks where one is left over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.plugin_api import Register, hookimpl

if TYPE_CHECKING:
    from torch import Tensor, nn


class Mutant:
    """The products of the two halves of the mean word vector, through a linear layer."""

    def build(self, input_dim: int) -> nn.Module:
        """Build the module."""
        from torch import nn

        from embedkit.plugin_api import masked_mean

        class Module(nn.Module):
            def __init__(self, input_dim: int) -> None:
                super().__init__()
                self.output_dim = 8
                self.layer = nn.Linear(input_dim // 2, 8)

            def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
                first, second = masked_mean(embedded, mask).chunk(2, dim=1)
                return self.layer(first * second)

        return Module(input_dim)


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
