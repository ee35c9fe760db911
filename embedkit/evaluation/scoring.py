"""What a model says about the texts of a split, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from embedkit.distributed.process_group import ALONE, World
from embedkit.errors import Fault, TrainingError
from embedkit.model.memory import check_long_texts
from embedkit.text.grouping import by_length

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from embedkit.interfaces import BoolArray, IntArray
    from embedkit.model.classifier import TextClassifier
    from embedkit.model.objective import Objective
    from embedkit.text.batching import EncodedSplit
    from embedkit.text.grouping import Groups

EVALUATION_BATCH_SIZE = 256

SHOWN = 10
"""Examples that an error names."""


@dataclass(frozen=True)
class Scored:
    """What a model says about n texts, in the order of their split.

    `probabilities` float64 [n, C]; `loss` is the mean over texts, `batch_loss` the mean of the batches' means
    (the two differ when the last batch is smaller). Both are NaN where labels are not known. `not_finite` are
    the texts whose numbers, those behind the probabilities and the loss, are not all finite.
    """

    probabilities: NDArray[np.float64]
    loss: float
    batch_loss: float
    objective: Objective
    not_finite: tuple[int, ...] = ()

    def predicted(self, threshold: float) -> IntArray | BoolArray:
        """The class of each text, int64 [n]; of a multi-label model its classes, bool [n, C]."""
        return self.objective.predicted(self.probabilities, threshold)


class Tally:
    """Gathers what the batches of one pass gave, and puts it back into the order of the split.

    `groups` are the examples whose mean losses `batch_loss` is the mean of; each process of `world` adds the
    batches that it has read.
    """

    def __init__(self, objective: Objective, groups: Groups, world: World = ALONE) -> None:
        self._objective = objective
        self._groups = groups
        self._world = world
        self._batches: list[tuple[Tensor, Tensor, Tensor]] = []

    def add(self, rows: Tensor, logits: Tensor, losses: Tensor) -> None:
        """One batch: `rows` int64 [B] of the split, `logits` [B, L], `losses` [B]."""
        self._batches.append((rows, logits.detach(), losses.detach()))

    def scored(self) -> Scored:
        """All that was added, in every process."""
        rows, logits, losses = self._gathered()
        order = rows.argsort()
        by_group = losses[order][torch.cat([*self._groups])]
        means = [part.mean() for part in torch.split(by_group, [*map(len, self._groups)])]
        batch_loss = torch.stack(means).double().mean()
        probabilities = self._objective.probabilities(logits[order])
        strange = ~torch.isfinite(logits[order]).all(dim=1) | torch.isinf(losses[order])
        return Scored(
            probabilities.numpy(),
            float(losses.double().mean()),
            float(batch_loss),
            self._objective,
            tuple(strange.nonzero().flatten().tolist()),
        )

    def _gathered(self) -> list[Tensor]:
        """Rows, logits and losses of all processes, one after another."""
        own = [torch.cat(parts).cpu() for parts in zip(*self._batches, strict=True)]
        gathered = self._world.gather([own] if own else [])
        return [torch.cat(parts) for parts in zip(*gathered, strict=True)]


def check_finite(scored: Scored, name: str, ids: Sequence[int]) -> Scored:
    """`scored` as it is. Raises TrainingError, with the split and the examples, where it is not finite."""
    if not scored.not_finite:
        return scored
    few = ", ".join(str(ids[row]) for row in scored.not_finite[:SHOWN])
    more = f" and {len(scored.not_finite) - SHOWN:,} more" if len(scored.not_finite) > SHOWN else ""
    what = f"what the model says of examples {few}{more} is not finite (loss {scored.loss})"
    hint = (
        "Absurd vectors do that: `embedkit vectors check FILE` tells of them; so does too high a training.lr."
    )
    raise TrainingError(Fault(what, where=f"evaluation of {name}", hint=hint))


def score_split(
    model: TextClassifier,
    split: EncodedSplit,
    batch_size: int = EVALUATION_BATCH_SIZE,
    world: World = ALONE,
) -> Scored:
    """What `model`, in evaluation mode and without gradients, says about a split, batched by length.

    The processes of `world` share every batch, and each of them gets all that was said.
    """
    model.eval()
    longest = int(split.lengths.max()) if len(split) else 0
    check_long_texts(lambda: model.encoder, "the encoder", model.width, min(batch_size, len(split)), longest)
    groups = by_length(split.lengths, batch_size * world.count)
    tally = Tally(model.objective, groups, world)
    with torch.inference_mode():
        for batch in split.to(model.device).batches(filter(len, map(world.share, groups))):
            logits = model(batch.ids, batch.mask)
            tally.add(batch.rows, logits, model.objective.losses(logits, batch.labels))
    return tally.scored()
