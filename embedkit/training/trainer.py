"""The trainer, which trains a model and yields each epoch as it ends."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from embedkit.distributed.process_group import ALONE, ProcessGroup
from embedkit.errors import Fault, TrainingError
from embedkit.evaluation.outputs import Scored, Tally
from embedkit.interfaces import no_progress
from embedkit.model.objective import TrainingLoss
from embedkit.recipe.sections.training import Training
from embedkit.training.optimization import Optimization
from embedkit.training.precision import check_precision
from embedkit.training.state import TrainingState
from embedkit.training.steps import Step, groups_of, step_size, steps

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.interfaces import Progress
    from embedkit.model.classifier import TextClassifier
    from embedkit.recipe.text_encoder import AnyTraining
    from embedkit.text.batching import EncodedSplit
    from embedkit.text.grouping import Groups

ODD = 0x9E3779B9
"""Keeps the seeds of the processes apart, in the 32 bits that torch's generator takes."""


@dataclass(frozen=True)
class Epoch:
    """One pass over the training split: the model's outputs while it was being trained, and the wall time."""

    number: int
    scored: Scored
    seconds: float


@dataclass
class Trainer:
    """Trains `model` in place on the split `train`, one epoch at a time.

    >>> with Trainer(model, train, settings, seed) as trainer:
    ...     for epoch in trainer:
    ...         print(epoch.number, epoch.scored.loss)

    The order of the examples and every random number of the encoder depend on `seed` only: torch's global
    generators are seeded when the block begins, and restored when it ends, however it ends.

    `loss` is the loss that is minimized, by default the plain loss of the model's objective; `progress` is
    called after each step. Every process of `group` is given the same model and the same texts and reads its
    share of them; after each step all processes have the same weights.

    Between two epochs, the caller may read the `state`, or set `stopped` to end the training early.
    `completed` is the number of epochs so far. Raises TrainingError if the device does not support the
    precision.
    """

    model: TextClassifier
    train: EncodedSplit
    settings: AnyTraining
    seed: int
    loss: TrainingLoss | None = None
    progress: Progress = no_progress
    group: ProcessGroup = ALONE
    state: TrainingState = field(init=False)
    completed: int = field(init=False, default=0)
    stopped: bool = field(init=False, default=False)
    _generators: ExitStack = field(init=False, default_factory=ExitStack)

    def __post_init__(self) -> None:
        check_precision(self.settings.precision, self.model.device)
        self.model.embedding.dropout = self.settings.embedding_dropout
        self._texts = self.train.to(self.model.device)
        self._loss = self.loss or TrainingLoss(self.model.objective)
        self._step_size = step_size(self.settings, self.group)
        steps_per_epoch = -(-len(self.train) // self._step_size)
        self._optimization = Optimization(self.model, self.settings, steps_per_epoch, self.group)
        orders = torch.Generator().manual_seed(self.seed)
        self.state = TrainingState(self._optimization, orders, self.group)

    def __enter__(self) -> Trainer:
        device = self.model.device
        self._generators.enter_context(
            torch.random.fork_rng(devices=[device] if device.type == "cuda" else [])
        )
        torch.manual_seed((self.seed + ODD * self.group.index) % 2**32)
        return self

    def __exit__(self, *error: object) -> None:
        self._generators.close()

    def restore(self, completed: int, tensors: Mapping[str, Tensor]) -> None:
        """Load the state after `completed` epochs, as `state.tensors` returned it; training goes on there."""
        self.state.restore(tensors)
        self.completed = completed

    def __iter__(self) -> Iterator[Epoch]:
        """Train epoch by epoch and yield each one, up to the last of the settings, or until `stopped`.

        Raises TrainingError for a loss or a gradient that is not finite, before the weights are changed by
        it.
        """
        while self.completed < self.settings.epochs and not self.stopped:
            start = time.perf_counter()
            scored = self._epoch(self.completed + 1)
            self.completed += 1
            yield Epoch(self.completed, scored, time.perf_counter() - start)

    def _epoch(self, number: int) -> Scored:
        """Train for one epoch, one step per group, and return the outputs for each example during training.

        Raises TrainingError for a loss or gradient that is not finite, unless it overflowed in fp16.
        """
        groups = groups_of(self.train, self.settings, self._step_size, self.state.orders)
        optimization = self._optimization
        optimization.model.train()
        optimization.begin_epoch(number)
        tally = Tally(self.model.objective, groups, self.group)
        done = 0
        for step in self._steps(groups):
            loss = self._read(step, tally)
            norm = optimization.reduce_gradients(loss)
            if not math.isfinite(loss + norm) and not optimization.precision.overflowed(loss):
                raise self._not_finite(loss, number, step)
            optimization.step(norm)
            done += len(step.rows)
            self.progress(done, len(self.train))
        return tally.scored()

    def _steps(self, groups: Groups) -> Iterator[Step]:
        """Return the steps of an epoch; with word dropout, tokens to be read as `<UNK>` are drawn first."""
        texts, settings = self._texts, self.settings
        if isinstance(settings, Training) and settings.word_dropout:
            texts = texts.with_unknown(settings.word_dropout, self.state.orders)
        return steps(texts, groups, self.settings.batch_size, self.group)

    def _read(self, step: Step, tally: Tally) -> Tensor:
        """Compute and sum the gradients of this process's batches; return its part of the mean loss."""
        self._optimization.begin_step(step)
        total = torch.zeros((), device=self.model.device)
        for batch in step.batches:
            logits = self._optimization.logits(batch)
            followed, reported = self._loss(logits, batch.labels)
            loss = followed.sum() / len(step.rows)
            self._optimization.precision.backward(loss)
            total += loss.detach()
            tally.add(batch.rows, logits, reported)
        return total

    def _not_finite(self, loss: Tensor, epoch: int, step: Step) -> TrainingError:
        """Return the error for a non-finite loss or gradient, which would ruin the weights for good."""
        which = "loss" if not torch.isfinite(loss) else "gradient"
        ids = ", ".join(str(self.train.example_ids[row]) for row in step.rows.tolist())
        what = (
            f"the {which} is not finite (loss {loss.item()}) at epoch {epoch}, in the batch of examples {ids}"
        )
        return TrainingError(
            Fault(what, where="training", hint="A lower training.lr often helps; no step was taken.")
        )
