"""What a model says about the texts of a split, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from embedkit.text.grouping import by_length

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from embedkit.interfaces import BoolArray, IntArray
    from embedkit.model.classifier import TextClassifier
    from embedkit.model.objective import Objective
    from embedkit.text.batching import EncodedSplit

EVALUATION_BATCH_SIZE = 256


@dataclass(frozen=True)
class Scored:
    """What a model says about n texts, in the order of their split.

    `probabilities` float64 [n, C]; `loss` is the mean over texts, `batch_loss` the mean of the batches' means
    (the two differ when the last batch is smaller). Both are NaN where labels are not known.
    """

    probabilities: NDArray[np.float64]
    loss: float
    batch_loss: float
    objective: Objective

    def predicted(self, threshold: float) -> IntArray | BoolArray:
        """The class of each text, int64 [n]; of a multi-label model its classes, bool [n, C]."""
        return self.objective.predicted(self.probabilities, threshold)


class Tally:
    """Gathers what the batches of one pass gave, and puts it back into the order of the split."""

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self._rows: list[Tensor] = []
        self._logits: list[Tensor] = []
        self._losses: list[Tensor] = []

    def add(self, rows: Tensor, logits: Tensor, losses: Tensor) -> None:
        """One batch: `rows` int64 [B] of the split, `logits` [B, L], `losses` [B]."""
        self._rows.append(rows)
        self._logits.append(logits.detach())
        self._losses.append(losses.detach())

    def scored(self) -> Scored:
        """All that was added."""
        order = torch.cat(self._rows).argsort()
        loss = torch.cat(self._losses).double().mean()
        batch_loss = torch.stack([losses.mean() for losses in self._losses]).double().mean()
        probabilities = self._objective.probabilities(torch.cat(self._logits)[order])
        return Scored(probabilities.numpy(), float(loss), float(batch_loss), self._objective)


def score_split(
    model: TextClassifier, split: EncodedSplit, batch_size: int = EVALUATION_BATCH_SIZE
) -> Scored:
    """What `model`, in evaluation mode and without gradients, says about a split, batched by length."""
    model.eval()
    tally = Tally(model.objective)
    with torch.inference_mode():
        for batch in split.batches(by_length(split.lengths, batch_size)):
            logits = model(batch.ids, batch.mask)
            tally.add(batch.rows, logits, model.objective.losses(logits, batch.labels))
    return tally.scored()
