"""Steps that move the rows of the embedding table that they read, and leave the others be."""

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
    """The rows that a step reads; the others, and what the optimizer remembers of them, stay as they are.

    `parameter` holds these rows from the step's beginning to its end, when they go back; with `moving` (int64
    [m]) only such of them as it names. So the cost of a step does not grow with the table.
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
        """Let the steps to come move the table, or freeze it."""
        super().train(moves)
        self.parameter.requires_grad_(moves)

    def begin(self, words: Tensor, memory: Memory) -> None:
        """Take the rows, and what is remembered of them, out of the table."""
        # The first row is that of padding, which gets no gradient.
        self.words = words if words[0] == PAD_ID else F.pad(words, (1, 0), value=PAD_ID)
        self.parameter.data = self.weight.detach().index_select(0, self.words)
        for name, whole in self._memory.items():
            memory[name] = whole.index_select(0, self.words)

    def logits(self, model: TextClassifier, batch: Batch) -> Tensor:
        """What `model` says of a batch, its ids numbered anew among the rows."""
        ids = torch.searchsorted(self.words, batch.ids)
        return model(ids, batch.mask, self.parameter)  # type: ignore[no-any-return]

    def settle(self) -> None:
        """No gradient for rows that do not move."""
        if self._moving is not None and self.parameter.grad is not None:
            self.parameter.grad.mul_(self._moving[self.words])

    def gradient(self) -> Tensor:
        """That of the rows."""
        assert self.parameter.grad is not None
        return self.parameter.grad

    def replace(self, gradient: Tensor) -> None:
        """It is that of the rows already."""

    @torch.no_grad()
    def end(self, memory: Memory) -> None:
        """Put the rows, and what is remembered of them, back into the table."""
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
        """What is remembered of every row, and what of all together."""
        return super().remembered(memory) | self._memory

    def remember(self, kept: Mapping[str, Tensor]) -> Memory:
        """What is remembered of all rows together; that of every row stays here."""
        memory = super().remember(kept)
        names = [name for name, tensor in memory.items() if tensor.shape == self.weight.shape]
        self._memory = {name: memory.pop(name) for name in names}
        return memory
