"""What a model learns to tell of a text: one of two classes, one of several, or any number of them.

Every loss is one number for each text, so that whoever adds them up decides how. Class weights and smoothed
targets are for training alone.
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
    """From `logits` many numbers for each text to losses, probabilities and what is predicted."""

    task: ClassVar[Task]

    def __init__(self, logits: int) -> None:
        self.logits = logits

    @abstractmethod
    def losses(
        self, logits: Tensor, targets: Tensor, weights: Tensor | None = None, smoothing: float = 0.0
    ) -> Tensor:
        """The loss of each text [B], of its `logits` [B, L].

        `weights` float32 are those of the classes; `smoothing` is the share of each target that is taken off
        and spread evenly over what it could have been (Szegedy et al. 2016, section 7).
        """

    @abstractmethod
    def probabilities(self, logits: Tensor) -> Tensor:
        """Probabilities float64 [B, C] of logits [B, L]."""

    @abstractmethod
    def predicted(self, probabilities: NDArray[np.float64], threshold: float) -> IntArray | BoolArray:
        """What is predicted from probabilities [n, C]."""

    def probability(
        self, probabilities: NDArray[np.float64], predicted: IntArray | BoolArray
    ) -> NDArray[np.float64]:
        """The probability [n] of what was `predicted`."""
        return probabilities[np.arange(len(predicted)), predicted]


class Binary(Objective):
    """One of two classes, by one logit: that of the last class. Targets int64 [B], weights [2]."""

    task = "binary"

    def losses(
        self, logits: Tensor, targets: Tensor, weights: Tensor | None = None, smoothing: float = 0.0
    ) -> Tensor:
        """Binary cross-entropy."""
        return _cross_entropies(logits[:, 0], targets, weights, smoothing)

    def probabilities(self, logits: Tensor) -> Tensor:
        """Of both classes; they add up to 1."""
        positive = torch.sigmoid(logits.double())
        return torch.cat([1 - positive, positive], dim=1)

    def predicted(self, probabilities: NDArray[np.float64], threshold: float) -> IntArray:
        """The last class from `threshold` on, int64 [n]."""
        return np.asarray(probabilities[:, 1] >= threshold, dtype=np.int64)


class MultiClass(Objective):
    """One of several classes, by a logit each. Targets int64 [B], weights [C]."""

    task = "multiclass"

    def losses(
        self, logits: Tensor, targets: Tensor, weights: Tensor | None = None, smoothing: float = 0.0
    ) -> Tensor:
        """Cross-entropy."""
        weight = None if weights is None else weights.to(logits)
        return F.cross_entropy(logits, targets, weight, reduction="none", label_smoothing=smoothing)

    def probabilities(self, logits: Tensor) -> Tensor:
        """A softmax; they add up to 1."""
        return torch.softmax(logits.double(), dim=1)

    def predicted(self, probabilities: NDArray[np.float64], threshold: float) -> IntArray:  # noqa: ARG002
        """The likeliest class, int64 [n]."""
        return np.asarray(probabilities.argmax(1), dtype=np.int64)


class MultiLabel(Objective):
    """Any number of classes, by a logit each. Targets bool [B, C]; weights [2, C], of a 0 and of a 1."""

    task = "multilabel"

    def losses(
        self, logits: Tensor, targets: Tensor, weights: Tensor | None = None, smoothing: float = 0.0
    ) -> Tensor:
        """Binary cross-entropy, the mean over the classes."""
        return _cross_entropies(logits, targets, weights, smoothing).mean(dim=1)

    def probabilities(self, logits: Tensor) -> Tensor:
        """Each class's own, whatever the others'."""
        return torch.sigmoid(logits.double())

    def predicted(self, probabilities: NDArray[np.float64], threshold: float) -> BoolArray:
        """Every class from `threshold` on, bool [n, C]."""
        return np.asarray(probabilities >= threshold, dtype=np.bool_)

    def probability(
        self, probabilities: NDArray[np.float64], predicted: IntArray | BoolArray
    ) -> NDArray[np.float64]:
        """Of the predicted labels and no others, [n]: the classes are independent, so it is a product."""
        product: NDArray[np.float64] = np.where(predicted, probabilities, 1 - probabilities).prod(axis=1)
        return product


def objective_of(classes: int, multilabel: bool = False) -> Objective:
    """What a model of so many classes learns."""
    if multilabel:
        return MultiLabel(classes)
    return Binary(1) if classes == 2 else MultiClass(classes)


@dataclass(frozen=True)
class TrainingLoss:
    """The loss that training follows. Without weights and smoothing it is the one that is reported."""

    objective: Objective
    weights: Tensor | None = None
    smoothing: float = 0.0

    def __call__(self, logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """The losses of a batch's texts, [B] each: those to follow, and those to report."""
        plain = self.objective.losses(logits, targets)
        if self.weights is None and not self.smoothing:
            return plain, plain
        return self.objective.losses(logits, targets, self.weights, self.smoothing), plain.detach()


def _cross_entropies(logits: Tensor, targets: Tensor, weights: Tensor | None, smoothing: float) -> Tensor:
    """The binary cross-entropy of every logit, `weights` [2, …] being those of a 0 and of a 1."""
    targets = targets.to(logits.dtype)
    if smoothing:
        targets = targets * (1 - smoothing) + smoothing / 2
    absent, present = (None, None) if weights is None else weights.to(logits)
    ratio = None if absent is None else present / absent
    return F.binary_cross_entropy_with_logits(logits, targets, absent, reduction="none", pos_weight=ratio)
