"""The training loop, read from top to bottom."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from embedkit.distributed.process_group import ALONE, World
from embedkit.errors import Fault, TrainingError
from embedkit.evaluation.scoring import Scored, Tally
from embedkit.model.objective import TrainingLoss
from embedkit.training.optimization import Optimization
from embedkit.training.precision import check_precision
from embedkit.training.state import TrainingState
from embedkit.training.steps import Step, groups_of, step_size, steps

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.interfaces import Progress
    from embedkit.model.classifier import TextClassifier
    from embedkit.recipe.sections.training import Training
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


def from_the_start(_state: TrainingState) -> int:
    """Return 0 completed epochs: training starts from scratch."""
    return 0


def fit(
    model: TextClassifier,
    train: EncodedSplit,
    settings: Training,
    seed: int,
    progress: Progress,
    on_epoch: Callable[[Epoch, TrainingState], object],
    begin: Callable[[TrainingState], int] = from_the_start,
    loss: TrainingLoss | None = None,
    world: World = ALONE,
) -> None:
    """Train `model` in place, calling `on_epoch` after each epoch and `progress` after each step.

    `loss` is the loss that is minimized, by default the plain loss of the model's objective. Every process of
    `world` is given the same model and the same texts and reads its share of them; after each step all
    processes have the same weights.

    `begin` may restore the state of an interrupted training, and returns the number of completed epochs.
    Training ends after the last epoch, or when `on_epoch` returns True. The order of the examples and every
    random number of the encoder depend on `seed` only; torch's global generators are restored afterwards.
    Raises TrainingError for a loss or a gradient that is not finite, before the weights are changed by it.
    """
    check_precision(settings.precision, model.device)
    size = step_size(settings, world)
    optimization = Optimization(model, settings, -(-len(train) // size), world)
    model.embedding_dropout = settings.embedding_dropout
    loop = Loop(train.to(model.device), optimization, loss or TrainingLoss(model.objective), progress)
    state = TrainingState(optimization, torch.Generator().manual_seed(seed), world)
    with torch.random.fork_rng(devices=[model.device] if model.device.type == "cuda" else []):
        torch.manual_seed((seed + ODD * world.index) % 2**32)
        for number in range(begin(state) + 1, settings.epochs + 1):
            start = time.perf_counter()
            groups = groups_of(train, settings, size, state.orders)
            scored = loop.reading(settings.word_dropout, state.orders).epoch(number, groups)
            if on_epoch(Epoch(number, scored, time.perf_counter() - start), state) is True:
                break


@dataclass(frozen=True)
class Loop:
    """Runs the steps of an epoch over the training split."""

    train: EncodedSplit
    optimization: Optimization
    loss: TrainingLoss
    progress: Progress

    def reading(self, word_dropout: float, generator: torch.Generator) -> Loop:
        """Return a loop in which each token is `<UNK>` with probability `word_dropout`, drawn anew."""
        if not word_dropout:
            return self
        return replace(self, train=self.train.with_unknown(word_dropout, generator))

    def epoch(self, number: int, groups: Groups) -> Scored:
        """Train for one epoch, one step per group, and return the outputs for each example during training.

        Raises TrainingError for a loss or gradient that is not finite, unless it overflowed in fp16.
        """
        optimization = self.optimization
        optimization.model.train()
        optimization.begin_epoch(number)
        tally = Tally(optimization.model.objective, groups, optimization.world)
        done = 0
        for step in steps(self.train, groups, optimization.settings.batch_size, optimization.world):
            loss = self._read(step, tally)
            norm = optimization.settle(loss)
            if not math.isfinite(loss + norm) and not optimization.precision.overflowed(loss):
                raise self._not_finite(loss, number, step)
            optimization.step(norm)
            done += len(step.rows)
            self.progress(done, len(self.train))
        return tally.scored()

    def _read(self, step: Step, tally: Tally) -> Tensor:
        """Compute and sum the gradients of this process's batches; return its part of the mean loss."""
        self.optimization.begin_step(step)
        total = torch.zeros((), device=self.optimization.model.device)
        for batch in step.batches:
            logits = self.optimization.logits(batch)
            followed, reported = self.loss(logits, batch.labels)
            loss = followed.sum() / len(step.rows)
            self.optimization.precision.backward(loss)
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
