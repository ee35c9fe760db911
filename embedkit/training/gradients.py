"""The gradients of the trained weights: summed over processes, measured and clipped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor, nn

    from embedkit.distributed.process_group import ProcessGroup
    from embedkit.model.updates import TableUpdates

TABLE = "embedding.weight"
"""The name of an embedding table among the parameters of a model."""


class Gradients:
    """The gradients of `parameters`, by name.

    In a step that trains the embedding table, only the rows that the step reads are taken from the gradient
    of the table: all its other rows are zero. `table` is the name of the table's parameter, if there is one.
    """

    def __init__(
        self, model: nn.Module, parameters: Mapping[str, nn.Parameter], table: str | None = None
    ) -> None:
        self.parameters = parameters
        self._table = table
        # Walking through the modules takes its time at every step.
        self._all = [*model.parameters(), *parameters.values()]

    def forget(self) -> None:
        """Set all gradients to None, at the beginning of a step."""
        for parameter in self._all:
            parameter.grad = None

    def add_up(self, loss: Tensor, table: TableUpdates | None, group: ProcessGroup) -> None:
        """Replace each gradient, and `loss`, by its sum over all processes.

        A process that read no text in the step contributes zeros.
        """
        for name, parameter in self.parameters.items():
            if parameter.grad is None and (name != self._table or table is not None):
                parameter.grad = torch.zeros_like(parameter)
        in_use = self._in_use(table)
        group.all_reduce([loss, *in_use.values()])
        if table is not None:
            table.replace_gradient(in_use[TABLE])

    def norm(self, table: TableUpdates | None) -> Tensor:
        """Return the L2 norm of all gradients taken together, a scalar."""
        gradients = [*self._in_use(table).values()]
        norms = torch._foreach_norm(gradients) if gradients else (torch.zeros(()),)
        total: Tensor = torch.linalg.vector_norm(torch.stack([*norms]))
        return total

    def shorten(self, factor: float) -> None:
        """Apply the scale `factor` to every gradient, in place."""
        torch._foreach_mul_([p.grad for p in self.parameters.values() if p.grad is not None], factor)

    def _in_use(self, table: TableUpdates | None) -> dict[str, Tensor]:
        gradients = {name: p.grad for name, p in self.parameters.items() if p.grad is not None}
        if table is not None and TABLE in gradients:
            gradients[TABLE] = table.gradient()
        return gradients
