"""From logits to losses, probabilities and predicted classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional as F

from embedkit.text.grouping import by_length

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from embedkit.interfaces import IntArray
    from embedkit.model.classifier import TextClassifier
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

    def predicted(self, threshold: float) -> IntArray:
        """The class of each text, int64 [n]: the likeliest; of two, the last one from `threshold` on."""
        if self.probabilities.shape[1] == 2:
            return np.asarray(self.probabilities[:, 1] >= threshold, dtype=np.int64)
        return np.asarray(self.probabilities.argmax(1), dtype=np.int64)


def example_losses(logits: Tensor, labels: Tensor) -> Tensor:
    """The loss of each text [B]: binary cross-entropy of one logit, or cross-entropy over C of them."""
    if logits.shape[1] == 1:
        return F.binary_cross_entropy_with_logits(logits[:, 0], labels.to(logits.dtype), reduction="none")
    return F.cross_entropy(logits, labels, reduction="none")


def class_probabilities(logits: Tensor) -> Tensor:
    """Probabilities float64 [B, C] of logits [B, 1 or C]."""
    logits = logits.double()
    if logits.shape[1] == 1:
        positive = torch.sigmoid(logits)
        return torch.cat([1 - positive, positive], dim=1)
    return torch.softmax(logits, dim=1)


class Tally:
    """Gathers what the batches of one pass gave, and puts it back into the order of the split."""

    def __init__(self) -> None:
        self._rows: list[Tensor] = []
        self._logits: list[Tensor] = []
        self._losses: list[Tensor] = []

    def add(self, rows: Tensor, logits: Tensor, losses: Tensor) -> None:
        """One batch: `rows` int64 [B] of the split, `logits` [B, 1 or C], `losses` [B]."""
        self._rows.append(rows)
        self._logits.append(logits.detach())
        self._losses.append(losses.detach())

    def scored(self) -> Scored:
        """All that was added."""
        order = torch.cat(self._rows).argsort()
        loss = torch.cat(self._losses).double().mean()
        batch_loss = torch.stack([losses.mean() for losses in self._losses]).double().mean()
        probabilities = class_probabilities(torch.cat(self._logits)[order])
        return Scored(probabilities.numpy(), float(loss), float(batch_loss))


def score_split(
    model: TextClassifier, split: EncodedSplit, batch_size: int = EVALUATION_BATCH_SIZE
) -> Scored:
    """What `model`, in evaluation mode and without gradients, says about a split, batched by length."""
    model.eval()
    tally = Tally()
    with torch.inference_mode():
        for batch in split.batches(by_length(split.lengths, batch_size)):
            logits = model(batch.ids, batch.mask)
            tally.add(batch.rows, logits, example_losses(logits, batch.labels))
    return tally.scored()
