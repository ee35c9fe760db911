"""The training loop, read from top to bottom."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from embedkit.errors import Fault, TrainingError
from embedkit.evaluation.scoring import Scored, Tally
from embedkit.model.objective import TrainingLoss
from embedkit.text.grouping import Groups, bucketed, in_order, shuffled
from embedkit.training.optimization import Optimization
from embedkit.training.state import TrainingState

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.interfaces import Progress
    from embedkit.model.classifier import TextClassifier
    from embedkit.recipe.schema import Training
    from embedkit.text.batching import Batch, EncodedSplit


@dataclass(frozen=True)
class Epoch:
    """One pass over the training split: what the model said as it was being trained, and the time it took."""

    number: int
    scored: Scored
    seconds: float


def from_the_start(_state: TrainingState) -> int:
    """No epoch was trained before."""
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
) -> None:
    """Train `model` in place, calling `on_epoch` after each epoch and `progress` after each batch.

    `loss` is what training follows, by default that of the model's objective as it is.

    `begin` may restore the state of a training that was interrupted, and gives the number of epochs done.
    Training ends after the last epoch, or when `on_epoch` returns True. The order of the examples and every
    random number of the encoder follow from `seed`; torch's global generator is left as it was. Raises
    TrainingError, before the weights are touched, for a loss or a gradient that is not finite.
    """
    optimization = Optimization(model, settings, -(-len(train) // settings.batch_size))
    loss_of = loss or TrainingLoss(model.objective)
    state = TrainingState(optimization, torch.Generator().manual_seed(seed))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for number in range(begin(state) + 1, settings.epochs + 1):
            start = time.perf_counter()
            groups = _groups(train, settings, state.orders)
            scored = _one_epoch(model, train, optimization, loss_of, groups, number, progress)
            if on_epoch(Epoch(number, scored, time.perf_counter() - start), state) is True:
                break


def _groups(train: EncodedSplit, settings: Training, orders: torch.Generator) -> Groups:
    """The batches of an epoch; where one length is set, buckets have no padding to spare."""
    if not settings.shuffle:
        return in_order(len(train), settings.batch_size)
    if train.length is None if settings.bucket is None else settings.bucket:
        return bucketed(train.lengths, settings.batch_size, orders)
    return shuffled(len(train), settings.batch_size, orders)


def _one_epoch(
    model: TextClassifier,
    train: EncodedSplit,
    optimization: Optimization,
    loss_of: TrainingLoss,
    groups: Groups,
    number: int,
    progress: Progress,
) -> Scored:
    model.train()
    optimization.begin_epoch(number)
    tally = Tally(model.objective)
    done = 0
    for batch in train.batches(groups):
        optimization.clear()
        logits = model(batch.ids, batch.mask)
        followed, reported = loss_of(logits, batch.labels)
        loss = followed.mean()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = optimization.gradient_norm(batch.ids)
        if not torch.isfinite(loss + norm):
            raise _not_finite(loss, number, train, batch)
        optimization.step(norm)
        tally.add(batch.rows, logits, reported)
        done += len(batch.labels)
        progress(done, len(train))
    return tally.scored()


def _not_finite(loss: Tensor, epoch: int, train: EncodedSplit, batch: Batch) -> TrainingError:
    """One bad step would poison the weights for good, so none is taken."""
    which = "loss" if not torch.isfinite(loss) else "gradient"
    ids = ", ".join(str(train.example_ids[row]) for row in batch.rows.tolist())
    what = f"the {which} is not finite (loss {loss.item()}) at epoch {epoch}, in the batch of examples {ids}"
    return TrainingError(
        Fault(what, where="training", hint="A lower training.lr often helps; no step was taken.")
    )
