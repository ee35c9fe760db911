"""Has no window for a text of one token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.plugin_api import Register, hookimpl

if TYPE_CHECKING:
    from torch import Tensor, nn


class Mutant:
    """The largest values over windows of two tokens."""

    def build(self, input_dim: int) -> nn.Module:
        """Build the module."""
        from torch import nn

        class Module(nn.Module):
            def __init__(self, input_dim: int) -> None:
                super().__init__()
                self.output_dim = 8
                self.windows = nn.Conv1d(input_dim, 8, 2)

            def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
                inside = mask[:, 1:, None]
                states = self.windows(embedded.transpose(1, 2)).relu().transpose(1, 2)
                return (states * inside).amax(dim=1)

        return Module(input_dim)


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
