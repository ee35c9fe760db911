"""The probabilities and losses of a model on the texts of a split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from embedkit.distributed.process_group import ALONE, ProcessGroup
from embedkit.errors import Fault, TrainingError
from embedkit.model.memory import check_long_texts
from embedkit.text.grouping import by_length

if TYPE_CHECKING:
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
    """The probabilities and the loss of a model on n texts, in the order of their split.

    `probabilities` float64 [n, C]; `loss` is the mean over texts, `batch_loss` the mean of the batches' means
    (the two differ when the last batch is smaller). Both are NaN where labels are not known. `not_finite` are
    the positions of texts with a logit that is not finite or with an infinite loss.
    """

    probabilities: NDArray[np.float64]
    loss: float
    batch_loss: float
    objective: Objective
    not_finite: tuple[int, ...] = ()

    def predicted(self, threshold: float) -> IntArray | BoolArray:
        """Return the predicted class of each text, int64 [n], or its classes if multi-label, bool [n, C].

        `threshold` is the probability from which on a class is predicted; it has no effect on multi-class
        models.
        """
        return self.objective.predicted(self.probabilities, threshold)


def scored_by(
    probabilities: NDArray[np.float64], targets: IntArray | BoolArray, objective: Objective
) -> Scored:
    """Return probabilities float64 [n, C], as a baseline gives them, with their loss for `targets`.

    The loss of a text is -log p of its class or, of several labels, the mean over the labels. A probability
    of 0 or 1 counts as the nearest other number that float64 has beside 1, as in scikit-learn's log loss.
    """
    least = np.finfo(np.float64).eps
    if targets.ndim == 1:
        of_truth = probabilities[np.arange(len(targets)), targets]
    else:
        of_truth = np.where(targets, probabilities, 1 - probabilities)
    loss = float(-np.log(np.clip(of_truth, least, 1 - least)).mean())
    return Scored(probabilities, loss, loss, objective)


class Tally:
    """Collects the outputs of one pass over a split, batch by batch, and restores the order of the split.

    `groups` are the batches, over all processes, whose mean losses `batch_loss` averages; each process of
    `group` adds the batches that it has read.
    """

    def __init__(self, objective: Objective, groups: Groups, group: ProcessGroup = ALONE) -> None:
        self._objective = objective
        self._groups = groups
        self._group = group
        self._batches: list[tuple[Tensor, Tensor, Tensor]] = []

    def add(self, rows: Tensor, logits: Tensor, losses: Tensor) -> None:
        """Add the outputs of one batch: `rows` int64 [B] of the split, `logits` [B, L], `losses` [B]."""
        self._batches.append((rows, logits.detach(), losses.detach()))

    def scored(self) -> Scored:
        """Return the outputs of all processes as one, in the order of the split."""
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
        """Return the rows, logits and losses of all processes, concatenated."""
        own = [torch.cat(parts).cpu() for parts in zip(*self._batches, strict=True)]
        gathered = self._group.gather([own] if own else [])
        return [torch.cat(parts) for parts in zip(*gathered, strict=True)]


def check_finite(scored: Scored, name: str, ids: Sequence[int]) -> Scored:
    """Return `scored` unchanged.

    Raises TrainingError, naming the split and the examples, if a logit or a loss is not finite.
    """
    if not scored.not_finite:
        return scored
    what = f"what the model says of {shown_ids(scored.not_finite, ids)} is not finite (loss {scored.loss})"
    hint = (
        "Absurd vectors do that: `embedkit vectors check FILE` tells of them; so does too high a training.lr."
    )
    raise TrainingError(Fault(what, where=f"evaluation of {name}", hint=hint))


def shown_ids(rows: Sequence[int], ids: Sequence[int]) -> str:
    """Return the examples at some rows of a split as messages name them: the first few of them by id."""
    more = f" and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
    return f"examples {', '.join(str(ids[row]) for row in rows[:SHOWN])}{more}"


def score_split(
    model: TextClassifier,
    split: EncodedSplit,
    batch_size: int | None = None,
    group: ProcessGroup = ALONE,
) -> Scored:
    """Evaluate `model` on a split, without gradients, and return its probabilities and loss.

    The model is set to evaluation mode, and batches hold texts of similar length. The processes of `group`
    share every batch, and each of them gets the whole result. Without `batch_size`, it is the embedder's.
    """
    model.eval()
    batch_size = batch_size or model.embedding.evaluated_at_once
    longest = int(split.lengths.max()) if len(split) else 0
    check_long_texts(
        lambda: model.encoder, "the encoder", model.embedding.dim, min(batch_size, len(split)), longest
    )
    groups = by_length(split.lengths, batch_size * group.count)
    tally = Tally(model.objective, groups, group)
    with torch.inference_mode():
        for batch in split.to(model.device).batches(filter(len, map(group.shard, groups))):
            logits = model(batch.inputs, batch.mask)
            tally.add(batch.rows, logits, model.objective.losses(logits, batch.labels))
    return tally.scored()
