"""From gradients to weights: one step after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from embedkit.training.optimizers import build_optimizer
from embedkit.training.schedules import factor

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.model.classifier import TextClassifier
    from embedkit.recipe.schema import Training

TABLE = "embedding.weight"


class Optimization:
    """Moves the weights of a model as a recipe's section `training` says.

    `parameters` are what the optimizer moves, by name. Where training moves some rows of the table alone,
    these rows are a parameter of their own, so that neither weight decay nor momentum reaches the others.
    """

    def __init__(self, model: TextClassifier, settings: Training, steps_per_epoch: int) -> None:
        self.model = model
        self.settings = settings
        self.steps_per_epoch = steps_per_epoch
        self.step_number = 0
        self.parameters = {n: p for n, p in model.named_parameters() if p.requires_grad}
        self._table = self.parameters.get(TABLE)
        self._rows: Tensor | None = model.moving_rows if self._table is not None else None
        if self._table is not None and self._rows is not None:
            self.parameters[TABLE] = nn.Parameter(self._table.detach()[self._rows])
        self.optimizer = self._build()
        self._rates = [group["lr"] for group in self.optimizer.param_groups]

    def _build(self) -> torch.optim.Optimizer:
        groups = [{"params": [p for n, p in self.parameters.items() if n != TABLE]}]
        if self._table is not None:
            rate = self.settings.table_lr or self.settings.lr
            groups.append({"params": [self.parameters[TABLE]], "lr": rate})  # type: ignore[dict-item]
        return build_optimizer(groups, self.settings)

    def begin_epoch(self, number: int) -> None:
        """Freeze or unfreeze the table for epoch `number` (from 1)."""
        self.step_number = (number - 1) * self.steps_per_epoch
        if self._table is not None:
            last = self.settings.table_to_epoch or self.settings.epochs
            self._table.requires_grad_(self.settings.table_from_epoch <= number <= last)

    def clear(self) -> None:
        """Forget the gradients."""
        for parameter in (*self.model.parameters(), *self.parameters.values()):
            parameter.grad = None

    def gradient_norm(self, ids: Tensor) -> Tensor:
        """The length of the gradient of all weights that training moves, a scalar, after a batch of `ids`."""
        if self._table is not None and self._rows is not None and self._table.grad is not None:
            self.parameters[TABLE].grad = self._table.grad[self._rows]
        gradients = [
            self._dense(name, p.grad, ids) for name, p in self.parameters.items() if p.grad is not None
        ]
        norms = torch._foreach_norm(gradients) if gradients else (torch.zeros(1),)
        total: Tensor = torch.linalg.vector_norm(torch.stack([*norms]))
        return total

    def _dense(self, name: str, gradient: Tensor, ids: Tensor) -> Tensor:
        """Of the table's gradient the rows of the batch, as all others are zero; of another all of it."""
        return gradient[torch.unique(ids)] if name == TABLE and self._rows is None else gradient

    def _gradients(self) -> list[Tensor]:
        return [p.grad for p in self.parameters.values() if p.grad is not None]

    def step(self, norm: Tensor) -> None:
        """Move the weights along their gradient, whose length is `norm`."""
        settings = self.settings
        if settings.clip_norm is not None and norm > settings.clip_norm:
            torch._foreach_mul_(self._gradients(), float(settings.clip_norm / norm))
        steps = settings.epochs * self.steps_per_epoch
        scale = factor(settings.schedule, self.step_number, steps, settings.warmup)
        for group, rate in zip(self.optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * scale
        self.optimizer.step()
        self.step_number += 1
        self._put_back()

    @torch.no_grad()
    def _put_back(self) -> None:
        """The moved rows into the table, and the head's weights to their greatest length."""
        if self._table is not None and self._rows is not None and self._table.requires_grad:
            self._table[self._rows] = self.parameters[TABLE]
        if self.settings.max_norm is not None:
            head = self.model.head.weight
            head.copy_(torch.renorm(head, 2, 0, self.settings.max_norm))

    @torch.no_grad()
    def take_rows(self) -> None:
        """Read the rows that training moves from the table anew, after it was changed from outside."""
        if self._table is not None and self._rows is not None:
            self.parameters[TABLE].copy_(self._table[self._rows])
