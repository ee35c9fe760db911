"""Objectives of a model: binary, multi-class and multi-label classification.

Every loss is one number per text, so that the caller decides how to sum them up. Class weights and label
smoothing are for training only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from torch.nn import functional as F

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from embedkit.interfaces import BoolArray, IntArray, Task


class Objective(ABC):
    """The losses, probabilities and predictions of a model with `logits` logits per text."""

    task: ClassVar[Task]

    def __init__(self, logits: int) -> None:
        self.logits = logits

    @abstractmethod
    def losses(
        self, logits: Tensor, targets: Tensor, weights: Tensor | None = None, smoothing: float = 0.0
    ) -> Tensor:
        """Return the loss of each text [B] from its `logits` [B, L].

        `weights` float32 are class weights; `smoothing` is the share of each target that is spread evenly
        over all possible values (label smoothing, Szegedy et al. 2016, section 7).
        """

    @abstractmethod
    def probabilities(self, logits: Tensor) -> Tensor:
        """Return the probabilities, float64 [B, C], of logits [B, L]."""

    @abstractmethod
    def predicted(self, probabilities: NDArray[np.float64], threshold: float) -> IntArray | BoolArray:
        """Return the predicted class or classes of each text, given probabilities [n, C]."""

    def probability(
        self, probabilities: NDArray[np.float64], predicted: IntArray | BoolArray
    ) -> NDArray[np.float64]:
        """Return the probability [n] of the class that is `predicted` for each text."""
        return probabilities[np.arange(len(predicted)), predicted]


class Binary(Objective):
    """One of two classes, by one logit, for the last class. Targets int64 [B], weights [2]."""

    task = "binary"

    def losses(
        self, logits: Tensor, targets: Tensor, weights: Tensor | None = None, smoothing: float = 0.0
    ) -> Tensor:
        """Return the binary cross-entropy of each text [B]."""
        return _cross_entropies(logits[:, 0], targets, weights, smoothing)

    def probabilities(self, logits: Tensor) -> Tensor:
        """Return the probabilities of both classes, float64 [B, 2], which add up to 1 (sigmoid)."""
        positive = torch.sigmoid(logits.double())
        return torch.cat([1 - positive, positive], dim=1)

    def predicted(self, probabilities: NDArray[np.float64], threshold: float) -> IntArray:
        """Return the last class if its probability is at least `threshold`, else the first, int64 [n]."""
        return np.asarray(probabilities[:, 1] >= threshold, dtype=np.int64)


class MultiClass(Objective):
    """One of several classes, by a logit each. Targets int64 [B], weights [C]."""

    task = "multiclass"

    def losses(
        self, logits: Tensor, targets: Tensor, weights: Tensor | None = None, smoothing: float = 0.0
    ) -> Tensor:
        """Return the cross-entropy of each text [B]."""
        weight = None if weights is None else weights.to(logits)
        return F.cross_entropy(logits, targets, weight, reduction="none", label_smoothing=smoothing)

    def probabilities(self, logits: Tensor) -> Tensor:
        """Return the softmax of the logits, float64 [B, C]; the probabilities of a text add up to 1."""
        return torch.softmax(logits.double(), dim=1)

    def predicted(self, probabilities: NDArray[np.float64], threshold: float) -> IntArray:  # noqa: ARG002
        """Return the most probable class of each text, int64 [n]; `threshold` is not used."""
        return np.asarray(probabilities.argmax(1), dtype=np.int64)


class MultiLabel(Objective):
    """Any number of classes, by one logit each. Targets bool [B, C]; weights [2, C], for targets 0 and 1."""

    task = "multilabel"

    def losses(
        self, logits: Tensor, targets: Tensor, weights: Tensor | None = None, smoothing: float = 0.0
    ) -> Tensor:
        """Return the binary cross-entropy of each text [B], the mean over the classes."""
        return _cross_entropies(logits, targets, weights, smoothing).mean(dim=1)

    def probabilities(self, logits: Tensor) -> Tensor:
        """Return the sigmoid of each logit, float64 [B, C]: each class is independent of the others."""
        return torch.sigmoid(logits.double())

    def predicted(self, probabilities: NDArray[np.float64], threshold: float) -> BoolArray:
        """Return every class whose probability is at least `threshold`, bool [n, C]."""
        return np.asarray(probabilities >= threshold, dtype=np.bool_)

    def probability(
        self, probabilities: NDArray[np.float64], predicted: IntArray | BoolArray
    ) -> NDArray[np.float64]:
        """Return the probability [n] of exactly the predicted labels: a product, as they are independent."""
        product: NDArray[np.float64] = np.where(predicted, probabilities, 1 - probabilities).prod(axis=1)
        return product


def objective_of(classes: int, multilabel: bool = False) -> Objective:
    """Return the objective for a number of classes: multi-label, binary for two classes, or multi-class."""
    if multilabel:
        return MultiLabel(classes)
    return Binary(1) if classes == 2 else MultiClass(classes)


@dataclass(frozen=True)
class TrainingLoss:
    """The loss that training minimizes. Without weights and smoothing it equals the reported loss."""

    objective: Objective
    weights: Tensor | None = None
    smoothing: float = 0.0

    def __call__(self, logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Return the losses of the texts of a batch, [B] each: those to minimize and those to report."""
        plain = self.objective.losses(logits, targets)
        if self.weights is None and not self.smoothing:
            return plain, plain
        return self.objective.losses(logits, targets, self.weights, self.smoothing), plain.detach()


def _cross_entropies(logits: Tensor, targets: Tensor, weights: Tensor | None, smoothing: float) -> Tensor:
    """Return the binary cross-entropy of every logit; `weights` [2, …] are for targets 0 and 1."""
    targets = targets.to(logits.dtype)
    if smoothing:
        targets = targets * (1 - smoothing) + smoothing / 2
    absent, present = (None, None) if weights is None else weights.to(logits)
    ratio = None if absent is None else present / absent
    return F.binary_cross_entropy_with_logits(logits, targets, absent, reduction="none", pos_weight=ratio)
