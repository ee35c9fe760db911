"""The training loop, read from top to bottom."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from embedkit.errors import Fault, TrainingError
from embedkit.evaluation.scoring import Scored, Tally, example_losses
from embedkit.text.grouping import Groups, bucketed, in_order, shuffled

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


def fit(
    model: TextClassifier,
    train: EncodedSplit,
    settings: Training,
    seed: int,
    progress: Progress,
    on_epoch: Callable[[Epoch], None],
) -> None:
    """Train `model` in place, calling `on_epoch` after each epoch and `progress` after each batch.

    The order of the examples and every random number of the encoder follow from `seed`; torch's global
    generator is left as it was. Raises TrainingError, before the weights are touched, for a loss or a
    gradient that is not finite.
    """
    optimizer = _optimizer(model, settings)
    orders = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for number in range(1, settings.epochs + 1):
            start = time.perf_counter()
            groups = _groups(train, settings, orders)
            scored = _one_epoch(model, train, optimizer, groups, number, progress)
            on_epoch(Epoch(number, scored, time.perf_counter() - start))


def _groups(train: EncodedSplit, settings: Training, orders: torch.Generator) -> Groups:
    """The batches of an epoch; buckets spare padding, so there is nothing to spare where one length is set."""
    if not settings.shuffle:
        return in_order(len(train), settings.batch_size)
    if train.length is None if settings.bucket is None else settings.bucket:
        return bucketed(train.lengths, settings.batch_size, orders)
    return shuffled(len(train), settings.batch_size, orders)


def _one_epoch(
    model: TextClassifier,
    train: EncodedSplit,
    optimizer: torch.optim.Optimizer,
    groups: Groups,
    number: int,
    progress: Progress,
) -> Scored:
    model.train()
    tally = Tally()
    done = 0
    for batch in train.batches(groups):
        optimizer.zero_grad()
        logits = model(batch.ids, batch.mask)
        losses = example_losses(logits, batch.labels)
        loss = losses.mean()
        loss.backward()  # type: ignore[no-untyped-call]
        _refuse_to_step_unless_finite(loss, model.parameters(), number, train, batch)
        optimizer.step()
        tally.add(batch.rows, logits, losses)
        done += len(batch.labels)
        progress(done, len(train))
    return tally.scored()


def _optimizer(model: TextClassifier, settings: Training) -> torch.optim.Optimizer:
    optimizers: dict[str, Any] = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer: torch.optim.Optimizer = optimizers[settings.optimizer](trained, lr=settings.lr, fused=True)
    return optimizer


def _refuse_to_step_unless_finite(
    loss: Tensor, parameters: Iterable[Tensor], epoch: int, train: EncodedSplit, batch: Batch
) -> None:
    """One bad step would poison the weights for good, so look before it is taken."""
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    norms = torch.stack(torch._foreach_norm(gradients)) if gradients else torch.zeros(1)
    if torch.isfinite(loss) and torch.isfinite(norms).all():
        return
    which = "loss" if not torch.isfinite(loss) else "gradient"
    ids = ", ".join(str(train.example_ids[row]) for row in batch.rows.tolist())
    what = f"the {which} is not finite (loss {loss.item()}) at epoch {epoch}, in the batch of examples {ids}"
    raise TrainingError(
        Fault(what, where="training", hint="A lower training.lr often helps; no step was taken.")
    )
