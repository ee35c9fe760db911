"""How steps update the embedding table: all rows, or chosen rows.

Either way the optimizer is given one parameter of whole rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.model.classifier import TextClassifier
    from embedkit.text.batching import Batch

Memory = dict[str, Any]
"""The optimizer's state of one parameter, by name."""


class Table:
    """Updates all rows of the embedding table: `parameter` is the table itself."""

    def __init__(self, weight: nn.Parameter) -> None:
        self.weight = weight
        self.parameter = weight

    def train(self, moves: bool) -> None:
        """Set whether the following steps train the table or leave it frozen."""
        self.weight.requires_grad_(moves)

    def begin(self, words: Tensor, memory: Memory) -> None:  # noqa: ARG002
        """Keep the numbers of the rows that the step reads, `words` (int64 [U], sorted)."""
        self.words = words

    def logits(self, model: TextClassifier, batch: Batch) -> Tensor:
        """Return the logits of `model` for a batch of the step."""
        return model(batch.ids, batch.mask)  # type: ignore[no-any-return]

    def settle(self) -> None:
        """Set `parameter.grad` after the backward pass. Nothing to do if `parameter` is the table itself."""

    def gradient(self) -> Tensor:
        """Return the part of `parameter`'s gradient that may be nonzero: the rows that the step reads."""
        assert self.parameter.grad is not None
        return self.parameter.grad[self.words]

    def replace(self, gradient: Tensor) -> None:
        """Replace the part of the gradient that `gradient` returned."""
        assert self.parameter.grad is not None
        self.parameter.grad[self.words] = gradient

    def end(self, memory: Memory) -> None:
        """Write the updated rows back into the table. Nothing to do if `parameter` is the table itself."""

    def reread(self) -> None:
        """Read the rows again after an outside change. Nothing to do if `parameter` is the table itself."""

    def remembered(self, memory: Memory) -> dict[str, Tensor]:
        """Return the optimizer state, tensors by name, for a checkpoint."""
        return {name: value for name, value in memory.items() if isinstance(value, torch.Tensor)}

    def remember(self, kept: Mapping[str, Tensor]) -> Memory:
        """Return the optimizer state from a checkpoint, on the device of the table."""
        return {name: tensor.to(self.weight.device) for name, tensor in kept.items()}


class ChosenRows(Table):
    """Updates only `rows` (int64 [m]); `parameter` is a copy of them, so weight decay affects no others."""

    def __init__(self, weight: nn.Parameter, rows: Tensor) -> None:
        super().__init__(weight)
        self.rows = rows.to(weight.device)
        self.parameter = nn.Parameter(weight.detach()[self.rows])

    def settle(self) -> None:
        """Set the gradient of `parameter` to the chosen rows of the table's gradient."""
        if self.weight.grad is not None:
            self.parameter.grad = self.weight.grad[self.rows]

    def gradient(self) -> Tensor:
        """Return the gradient of the chosen rows."""
        assert self.parameter.grad is not None
        return self.parameter.grad

    def replace(self, gradient: Tensor) -> None:
        """Keep the gradient: `gradient` returned the tensor itself, which was changed in place."""

    @torch.no_grad()
    def end(self, memory: Memory) -> None:  # noqa: ARG002
        """Write the updated rows into the table."""
        self.weight[self.rows] = self.parameter

    @torch.no_grad()
    def reread(self) -> None:
        """Read the rows from the table again."""
        self.parameter.copy_(self.weight[self.rows])
