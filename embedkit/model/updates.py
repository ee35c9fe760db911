"""How training updates the embedding table: all rows, chosen rows, or only the rows that a step reads.

Either way the optimizer is given one parameter of whole rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional as F

from embedkit.text.vocabulary import PAD_ID

if TYPE_CHECKING:
    from torch import Tensor

OptimizerState = dict[str, Any]
"""The optimizer's state of one parameter, by name."""


class TableUpdates:
    """Updates all rows of the table `weight` [V, D]: `parameter`, the optimizer's, is the table itself."""

    def __init__(self, weight: nn.Parameter) -> None:
        self.weight = weight
        self.parameter = weight

    def train(self, moves: bool) -> None:
        """Set whether the following steps train the table or leave it frozen."""
        self.weight.requires_grad_(moves)

    def begin(self, rows: Tensor, state: OptimizerState) -> None:  # noqa: ARG002
        """Keep the numbers of the rows that the step reads, `rows` (int64 [U], unique and sorted)."""
        self.rows = rows

    def embedded(self, ids: Tensor) -> Tensor:
        """Return the vectors [B, T, D] of `ids`, which are rows of the table that the step reads."""
        return F.embedding(ids, self.weight, PAD_ID)

    def mask_gradient(self) -> None:
        """Set `parameter.grad` after the backward pass. Nothing to do if `parameter` is the table itself."""

    def gradient(self) -> Tensor:
        """Return the part of `parameter`'s gradient that may be nonzero: the rows that the step reads."""
        assert self.parameter.grad is not None
        return self.parameter.grad[self.rows]

    def replace_gradient(self, gradient: Tensor) -> None:
        """Replace the part of the gradient that `gradient` returned."""
        assert self.parameter.grad is not None
        self.parameter.grad[self.rows] = gradient

    def end(self, state: OptimizerState) -> None:
        """Write the updated rows back into the table. Nothing to do if `parameter` is the table itself."""

    def reread(self) -> None:
        """Read the rows again after an outside change. Nothing to do if `parameter` is the table itself."""

    def saved(self, state: OptimizerState) -> dict[str, Tensor]:
        """Return the optimizer state, tensors by name, for a checkpoint."""
        return {name: value for name, value in state.items() if isinstance(value, torch.Tensor)}

    def restored(self, saved: Mapping[str, Tensor]) -> OptimizerState:
        """Return the optimizer state from a checkpoint, on the device of the table."""
        return {name: tensor.to(self.weight.device) for name, tensor in saved.items()}


class ChosenRowUpdates(TableUpdates):
    """Updates only `chosen` rows (int64 [m]); `parameter` is a copy of them, so no other row decays."""

    def __init__(self, weight: nn.Parameter, chosen: Tensor) -> None:
        super().__init__(weight)
        self.chosen = chosen.to(weight.device)
        self.parameter = nn.Parameter(weight.detach()[self.chosen])

    def mask_gradient(self) -> None:
        """Set the gradient of `parameter` to the chosen rows of the table's gradient."""
        if self.weight.grad is not None:
            self.parameter.grad = self.weight.grad[self.chosen]

    def gradient(self) -> Tensor:
        """Return the gradient of the chosen rows."""
        assert self.parameter.grad is not None
        return self.parameter.grad

    def replace_gradient(self, gradient: Tensor) -> None:
        """Keep the gradient: `gradient` returned the tensor itself, which was changed in place."""

    @torch.no_grad()
    def end(self, state: OptimizerState) -> None:  # noqa: ARG002
        """Write the updated rows into the table."""
        self.weight[self.chosen] = self.parameter

    @torch.no_grad()
    def reread(self) -> None:
        """Read the rows from the table again."""
        self.parameter.copy_(self.weight[self.chosen])


class SparseUpdates(TableUpdates):
    """Updates only the rows that a step reads; all other rows and their optimizer state stay unchanged.

    During a step, `parameter` is a copy of these rows, which is written back at the end of the step; given
    `chosen` (int64 [m]), only rows listed there are written. So the cost of a step does not grow with the
    table.
    """

    def __init__(self, weight: nn.Parameter, chosen: Tensor | None) -> None:
        super().__init__(weight)
        self.parameter = nn.Parameter(weight.detach()[:1].clone())
        self._moves: Tensor | None = None
        if chosen is not None:
            self._moves = torch.zeros(len(weight), 1, device=weight.device)
            self._moves[chosen] = 1
        self._state: dict[str, Tensor] = {}

    def train(self, moves: bool) -> None:
        """Set whether the following steps train the table or leave it frozen."""
        super().train(moves)
        self.parameter.requires_grad_(moves)

    def begin(self, rows: Tensor, state: OptimizerState) -> None:
        """Read `rows` and their optimizer state from the table into `parameter` and `state`."""
        # The first row is that of padding, which gets no gradient.
        self.rows = rows if rows[0] == PAD_ID else F.pad(rows, (1, 0), value=PAD_ID)
        self.parameter.data = self.weight.detach().index_select(0, self.rows)
        for name, whole in self._state.items():
            state[name] = whole.index_select(0, self.rows)

    def embedded(self, ids: Tensor) -> Tensor:
        """Return the vectors [B, T, D] of `ids`, by their rows in `parameter` unless the table is frozen."""
        if not self.parameter.requires_grad:
            return super().embedded(ids)
        return F.embedding(torch.searchsorted(self.rows, ids), self.parameter, PAD_ID)

    def mask_gradient(self) -> None:
        """Set the gradient of rows that are not trained to zero."""
        if self._moves is not None and self.parameter.grad is not None:
            self.parameter.grad.mul_(self._moves[self.rows])

    def gradient(self) -> Tensor:
        """Return the gradient of the rows in `parameter`."""
        assert self.parameter.grad is not None
        return self.parameter.grad

    def replace_gradient(self, gradient: Tensor) -> None:
        """Keep the gradient: `gradient` returned the tensor itself, which was changed in place."""

    @torch.no_grad()
    def end(self, state: OptimizerState) -> None:
        """Write the rows back into the table, and their optimizer state into the state of all rows."""
        self._write(self.weight, self.parameter)
        for name, part in state.items():
            if isinstance(part, torch.Tensor) and part.shape == self.parameter.shape:
                if name not in self._state:
                    self._state[name] = torch.zeros_like(self.weight, requires_grad=False)
                self._write(self._state[name], part)

    def _write(self, whole: Tensor, part: Tensor) -> None:
        if self._moves is None:
            whole.index_copy_(0, self.rows, part)
        else:
            moves = self._moves[self.rows, 0].bool()
            whole[self.rows[moves]] = part[moves]

    def saved(self, state: OptimizerState) -> dict[str, Tensor]:
        """Return the optimizer state, tensors by name: state of each row and state that all rows share."""
        return super().saved(state) | self._state

    def restored(self, saved: Mapping[str, Tensor]) -> OptimizerState:
        """Return the optimizer state that the rows share, and keep the per-row state here."""
        state = super().restored(saved)
        names = [name for name, tensor in state.items() if tensor.shape == self.weight.shape]
        self._state = {name: state.pop(name) for name in names}
        return state
