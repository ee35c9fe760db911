"""Makes the positions on the processor, wherever the word vectors are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.plugin_api import Register, hookimpl

if TYPE_CHECKING:
    from torch import Tensor, nn


class Mutant:
    """The mean of the word vectors, the first ones weighted most, through a linear layer."""

    def build(self, input_dim: int) -> nn.Module:
        """Build the module."""
        import torch
        from torch import nn

        from embedkit.plugin_api import masked_mean

        class Module(nn.Module):
            def __init__(self, input_dim: int) -> None:
                super().__init__()
                self.output_dim = 8
                self.layer = nn.Linear(input_dim, 8)

            def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
                place = 1 + torch.arange(mask.shape[1])[None, :, None]
                return self.layer(masked_mean(embedded / place, mask))

        return Module(input_dim)


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
