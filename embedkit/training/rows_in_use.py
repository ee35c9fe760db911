"""Sparse steps, which update only the rows of the embedding table that they read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

from embedkit.text.vocabulary import PAD_ID
from embedkit.training.tables import Memory, Table

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.model.classifier import TextClassifier
    from embedkit.text.batching import Batch


class RowsInUse(Table):
    """Updates only the rows that a step reads; all other rows and their optimizer state stay unchanged.

    During a step, `parameter` is a copy of these rows, which is written back at the end of the step; given
    `moving` (int64 [m]), only rows listed there are written. So the cost of a step does not grow with the
    table.
    """

    def __init__(self, weight: nn.Parameter, moving: Tensor | None) -> None:
        super().__init__(weight)
        self.parameter = nn.Parameter(weight.detach()[:1].clone())
        self._moving: Tensor | None = None
        if moving is not None:
            self._moving = torch.zeros(len(weight), 1, device=weight.device)
            self._moving[moving] = 1
        self._memory: dict[str, Tensor] = {}

    def train(self, moves: bool) -> None:
        """Set whether the following steps train the table or leave it frozen."""
        super().train(moves)
        self.parameter.requires_grad_(moves)

    def begin(self, words: Tensor, memory: Memory) -> None:
        """Read the rows `words` and their optimizer state from the table into `parameter` and `memory`."""
        # The first row is that of padding, which gets no gradient.
        self.words = words if words[0] == PAD_ID else F.pad(words, (1, 0), value=PAD_ID)
        self.parameter.data = self.weight.detach().index_select(0, self.words)
        for name, whole in self._memory.items():
            memory[name] = whole.index_select(0, self.words)

    def logits(self, model: TextClassifier, batch: Batch) -> Tensor:
        """Return the logits of `model` for a batch, with ids renumbered as rows of `parameter`."""
        ids = torch.searchsorted(self.words, batch.ids)
        return model(ids, batch.mask, self.parameter)  # type: ignore[no-any-return]

    def settle(self) -> None:
        """Set the gradient of rows that are not trained to zero."""
        if self._moving is not None and self.parameter.grad is not None:
            self.parameter.grad.mul_(self._moving[self.words])

    def gradient(self) -> Tensor:
        """Return the gradient of the rows in `parameter`."""
        assert self.parameter.grad is not None
        return self.parameter.grad

    def replace(self, gradient: Tensor) -> None:
        """Keep the gradient: `gradient` returned the tensor itself, which was changed in place."""

    @torch.no_grad()
    def end(self, memory: Memory) -> None:
        """Write the rows back into the table, and their optimizer state into the state of all rows."""
        self._write(self.weight, self.parameter)
        for name, part in memory.items():
            if isinstance(part, torch.Tensor) and part.shape == self.parameter.shape:
                if name not in self._memory:
                    self._memory[name] = torch.zeros_like(self.weight, requires_grad=False)
                self._write(self._memory[name], part)

    def _write(self, whole: Tensor, part: Tensor) -> None:
        if self._moving is None:
            whole.index_copy_(0, self.words, part)
        else:
            moves = self._moving[self.words, 0].bool()
            whole[self.words[moves]] = part[moves]

    def remembered(self, memory: Memory) -> dict[str, Tensor]:
        """Return the optimizer state, tensors by name: state of each row and state that all rows share."""
        return super().remembered(memory) | self._memory

    def remember(self, kept: Mapping[str, Tensor]) -> Memory:
        """Return the optimizer state that the rows share, and keep the per-row state here."""
        memory = super().remember(kept)
        names = [name for name, tensor in memory.items() if tensor.shape == self.weight.shape]
        self._memory = {name: memory.pop(name) for name in names}
        return memory
