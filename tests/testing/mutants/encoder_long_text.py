"""Knows only 128 positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.plugin_api import Register, hookimpl

if TYPE_CHECKING:
    from torch import Tensor, nn


class Mutant:
    """The mean of the word vectors and of their positions, through a linear layer."""

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
                self.positions = nn.Embedding(128, input_dim)

            def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
                places = torch.arange(mask.shape[1], device=mask.device)
                return self.layer(masked_mean(embedded + self.positions(places), mask))

        return Module(input_dim)


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
