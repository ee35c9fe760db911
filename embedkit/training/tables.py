"""How steps move the embedding table: all of it, or chosen rows of it.

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
"""What the optimizer remembers of the parameter, by name."""


class Table:
    """All rows: `parameter` is the table itself."""

    def __init__(self, weight: nn.Parameter) -> None:
        self.weight = weight
        self.parameter = weight

    def train(self, moves: bool) -> None:
        """Let the steps to come move the table, or freeze it."""
        self.weight.requires_grad_(moves)

    def begin(self, words: Tensor, memory: Memory) -> None:  # noqa: ARG002
        """A step begins, which reads the rows `words` (int64 [U], in order)."""
        self.words = words

    def logits(self, model: TextClassifier, batch: Batch) -> Tensor:
        """What `model` says of a batch of the step."""
        return model(batch.ids, batch.mask)  # type: ignore[no-any-return]

    def settle(self) -> None:
        """The gradient has been computed: give it to `parameter`."""

    def gradient(self) -> Tensor:
        """The gradient of `parameter` where it may not be zero."""
        assert self.parameter.grad is not None
        return self.parameter.grad[self.words]

    def replace(self, gradient: Tensor) -> None:
        """Put another gradient in the place of what `gradient` gave."""
        assert self.parameter.grad is not None
        self.parameter.grad[self.words] = gradient

    def end(self, memory: Memory) -> None:
        """The step was taken: put the rows back."""

    def reread(self) -> None:
        """The table was changed from outside."""

    def remembered(self, memory: Memory) -> dict[str, Tensor]:
        """What the optimizer remembers, for a checkpoint."""
        return {name: value for name, value in memory.items() if isinstance(value, torch.Tensor)}

    def remember(self, kept: Mapping[str, Tensor]) -> Memory:
        """The memory that a checkpoint kept."""
        return {name: tensor.to(self.weight.device) for name, tensor in kept.items()}


class ChosenRows(Table):
    """The rows `rows` (int64 [m]): `parameter` is a copy of them, so that weight decay reaches no other."""

    def __init__(self, weight: nn.Parameter, rows: Tensor) -> None:
        super().__init__(weight)
        self.rows = rows.to(weight.device)
        self.parameter = nn.Parameter(weight.detach()[self.rows])

    def settle(self) -> None:
        """Of the gradient, the rows."""
        if self.weight.grad is not None:
            self.parameter.grad = self.weight.grad[self.rows]

    def gradient(self) -> Tensor:
        """That of the rows."""
        assert self.parameter.grad is not None
        return self.parameter.grad

    def replace(self, gradient: Tensor) -> None:
        """It is that of the rows already."""

    @torch.no_grad()
    def end(self, memory: Memory) -> None:  # noqa: ARG002
        """Copy the rows into the table."""
        self.weight[self.rows] = self.parameter

    @torch.no_grad()
    def reread(self) -> None:
        """Copy the rows from the table."""
        self.parameter.copy_(self.weight[self.rows])
