"""The gradients of the weights that training moves: added up over processes, measured, shortened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor, nn

    from embedkit.distributed.process_group import World
    from embedkit.training.tables import Table

TABLE = "embedding.weight"


class Gradients:
    """Those of `parameters`, by name. Of the table's, where it moves in a step, only rows in use count.

    All others of its rows are zero.
    """

    def __init__(self, model: nn.Module, parameters: Mapping[str, nn.Parameter]) -> None:
        self.parameters = parameters
        # Walking through the modules takes its time at every step.
        self._all = [*model.parameters(), *parameters.values()]

    def forget(self) -> None:
        """A step begins."""
        for parameter in self._all:
            parameter.grad = None

    def add_up(self, loss: Tensor, table: Table | None, world: World) -> None:
        """Replace every gradient, and `loss`, by the sum over all processes; one without texts adds zeros."""
        for name, parameter in self.parameters.items():
            if parameter.grad is None and (name != TABLE or table is not None):
                parameter.grad = torch.zeros_like(parameter)
        in_use = self._in_use(table)
        world.add_up([loss, *in_use.values()])
        if table is not None:
            table.replace(in_use[TABLE])

    def norm(self, table: Table | None) -> Tensor:
        """The length of all gradients together, a scalar."""
        gradients = [*self._in_use(table).values()]
        norms = torch._foreach_norm(gradients) if gradients else (torch.zeros(()),)
        total: Tensor = torch.linalg.vector_norm(torch.stack([*norms]))
        return total

    def shorten(self, factor: float) -> None:
        """Multiply every gradient."""
        torch._foreach_mul_([p.grad for p in self.parameters.values() if p.grad is not None], factor)

    def _in_use(self, table: Table | None) -> dict[str, Tensor]:
        gradients = {name: p.grad for name, p in self.parameters.items() if p.grad is not None}
        if table is not None and TABLE in gradients:
            gradients[TABLE] = table.gradient()
        return gradients
