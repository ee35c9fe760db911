"""Optimizer steps: from gradients to updated weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import torch

from embedkit.distributed.process_group import ALONE, ProcessGroup
from embedkit.recipe.sections.training import Training
from embedkit.training.gradients import TABLE, Gradients
from embedkit.training.precision import Precision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from embedkit.model.classifier import TextClassifier
    from embedkit.model.updates import OptimizerState
    from embedkit.recipe.text_encoder import AnyTraining
    from embedkit.text.batching import Batch
    from embedkit.training.steps import Step

Group = dict[str, Any]
"""A parameter group of an optimizer, or its settings."""


class Optimization:
    """Updates a model's weights as a recipe's section `training` says, the same in all processes of `group`.

    `parameters` are the parameters of the optimizer, by name; the one for the embedding table may hold only
    some of its rows.
    """

    def __init__(
        self, model: TextClassifier, settings: AnyTraining, steps_per_epoch: int, group: ProcessGroup = ALONE
    ) -> None:
        self.model = model
        self.settings = settings
        self.steps_per_epoch = steps_per_epoch
        self.group = group
        self.step_number = 0
        self.precision = Precision(settings.precision, model.device)
        self.parameters = {n: p for n, p in model.named_parameters() if p.requires_grad}
        self.table = model.embedding.updates()
        if self.table is not None:
            self.parameters[TABLE] = self.table.parameter
        self.gradients = Gradients(model, self.parameters, TABLE if self.table is not None else None)
        self._moving_table = self.table
        self.optimizer = self._build()
        self._rates = [group["lr"] for group in self.optimizer.param_groups]

    def _build(self) -> torch.optim.Optimizer:
        apart = self._groups_of_embedder()
        known = {id(weight) for group in apart for weight in group["params"]}
        groups: list[Group] = [{"params": [p for p in self.parameters.values() if id(p) not in known]}]
        return build_optimizer([*groups, *apart], self.settings)

    def _groups_of_embedder(self) -> list[Group]:
        """Return a parameter group for each part of the embedder that has a learning rate of its own.

        That of a text encoder's layer is so many times that of the layer after it: Howard & Ruder 2018,
        "Universal Language Model Fine-tuning for Text Classification".
        """
        settings = self.settings
        if isinstance(settings, Training):
            table = [] if self.table is None else [self.table.parameter]
            return [{"params": table, "lr": settings.table_lr or settings.lr}] if table else []
        rate, layers = settings.text_encoder_lr or settings.lr, self.model.embedding.layers()
        return [
            {"params": [*weights], "lr": rate * settings.layer_decay**above}
            for above, weights in enumerate(reversed(layers))
            if weights
        ]

    def begin_epoch(self, number: int) -> None:
        """Set the step number for epoch `number` (from 1), and freeze or unfreeze the embedding table."""
        self.step_number = (number - 1) * self.steps_per_epoch
        if self.table is not None and isinstance(self.settings, Training):
            last = self.settings.table_to_epoch or self.settings.epochs
            moves = self.settings.table_from_epoch <= number <= last
            self.table.train(moves)
            self._moving_table = self.table if moves else None

    def begin_step(self, step: Step) -> None:
        """Set all gradients to None, and prepare the embedding table, if trained, for the words of `step`."""
        self.gradients.forget()
        if self._moving_table is not None:
            self._moving_table.begin(step.rows_read(), self._state(TABLE))

    def logits(self, batch: Batch) -> Tensor:
        """Return the logits for a batch of the step, float32 [B, L], computed in the training precision."""
        with self.precision.reading():
            logits: Tensor = self.model(batch.inputs, batch.mask)
        return logits.float()

    def reduce_gradients(self, loss: Tensor) -> Tensor:
        """Return the L2 norm of the gradients of all trained weights, a scalar, before the optimizer step.

        Called once the gradients of all batches are accumulated: sums them and `loss` over all processes, in
        place, and undoes the fp16 loss scale.
        """
        if self._moving_table is not None:
            self._moving_table.mask_gradient()
        if self.group.count > 1:
            self.gradients.add_up(loss, self._moving_table, self.group)
        self.precision.unscale(self.optimizer)
        return self.gradients.norm(self._moving_table)

    def step(self, norm: Tensor) -> None:
        """Run one optimizer step at the scheduled learning rate. `norm` is the L2 norm of the gradients.

        Gradients are first clipped to `clip_norm`; afterwards the weights of the head are limited to
        `max_norm`.
        """
        settings = self.settings
        if settings.clip_norm is not None and norm > settings.clip_norm:
            self.gradients.shorten(float(settings.clip_norm / norm))
        steps = settings.epochs * self.steps_per_epoch
        scale = schedule_factor(settings.schedule, self.step_number, steps, settings.warmup)
        for group, rate in zip(self.optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * scale
        self.precision.step(self.optimizer)
        self.step_number += 1
        if self._moving_table is not None:
            self._moving_table.end(self._state(TABLE))
        if settings.max_norm is not None:
            self._shorten_head(settings.max_norm)

    @torch.no_grad()
    def _shorten_head(self, length: float) -> None:
        """Let the head's weights for each class have an L2 norm of at most `length`: rescale longer ones."""
        head = self.model.head.weight
        head.copy_(torch.renorm(head, 2, 0, length))

    def reread(self) -> None:
        """Read the embedding table again, after the weights were changed outside the optimizer."""
        if self.table is not None:
            self.table.reread()

    def _state(self, name: str) -> OptimizerState:
        state: OptimizerState = self.optimizer.state[self.parameters[name]]
        return state

    def remembered(self, name: str) -> dict[str, Tensor]:
        """Return the optimizer state of the parameter `name`, tensors by key."""
        if name == TABLE and self.table is not None:
            return self.table.saved(self._state(name))
        return {key: value for key, value in self._state(name).items() if isinstance(value, torch.Tensor)}

    def remember(self, name: str, kept: Mapping[str, Tensor]) -> None:
        """Load the optimizer state `kept`, as returned by `remembered`, for the parameter `name`."""
        parameter = self.parameters[name]
        if name == TABLE and self.table is not None:
            self.optimizer.state[parameter] = self.table.restored(kept)
        else:
            self.optimizer.state[parameter] = {key: t.to(parameter.device) for key, t in kept.items()}


def build_optimizer(groups: Sequence[Group], settings: AnyTraining) -> torch.optim.Optimizer:
    """Build the recipe's optimizer over parameter groups, with the fused kernel where torch has one.

    Adam: Kingma & Ba 2015. AdamW, with weight decay decoupled from the gradient: Loshchilov & Hutter 2019.
    Adadelta with the constants of the paper, rho 0.95 and epsilon 1e-6: Zeiler 2012.
    """
    common: Group = {"lr": settings.lr, "weight_decay": settings.weight_decay}
    match settings.optimizer:
        case "adam":
            return torch.optim.Adam(groups, fused=True, **common)
        case "adamw":
            return torch.optim.AdamW(groups, fused=True, **common)
        case "sgd":
            return torch.optim.SGD(groups, fused=True, momentum=settings.momentum, **common)
        case "adadelta":
            return torch.optim.Adadelta(groups, rho=0.95, eps=1e-6, **common)
        case "lbfgs":
            raise ValueError("lbfgs fits the head as a whole: no optimizer takes its steps")


def schedule_factor(
    schedule: Literal["constant", "linear", "cosine"], step: int, steps: int, warmup: float
) -> float:
    """Return the factor by which the learning rate is multiplied at `step` (from 0) of `steps`.

    It rises linearly over the share `warmup` of all steps, then stays constant, or falls linearly or as half
    a cosine (Loshchilov & Hutter 2017) to reach zero after the last step.
    """
    rising = round(warmup * steps)
    if step < rising:
        return (step + 1) / (rising + 1)
    done = (step - rising) / max(1, steps - rising)
    return {"constant": 1.0, "linear": 1 - done, "cosine": (1 + math.cos(math.pi * done)) / 2}[schedule]
