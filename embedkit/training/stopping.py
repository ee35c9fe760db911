"""Early stopping: the best epoch so far, its weights, and the patience without improvement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from embedkit.errors import Fault, TrainingError
from embedkit.evaluation.direction import is_smaller_better

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.evaluation.result import SplitMetrics
    from embedkit.interfaces import Metric
    from embedkit.recipe.text_encoder import AnyTraining


class BestEpoch(TypedDict):
    """The best epoch and its metric value, as a checkpoint has them."""

    epoch: int
    value: float | None


@dataclass
class Best:
    """The best epoch so far by `metric`; `smaller` says whether smaller values are better.

    `weights` is a copy of the weights after that epoch.
    """

    metric: str
    patience: int
    smaller: bool
    epoch: int = 0
    value: float | None = None
    weights: Mapping[str, Tensor] = field(default_factory=dict)

    def consider(self, epoch: int, metrics: SplitMetrics, weights: Mapping[str, Tensor]) -> None:
        """Record `epoch` as the best if its metric beats all epochs before; on a tie the earlier one stays.

        Raises TrainingError if the metric is not a number.
        """
        value = metrics.value(self.metric)
        if not isinstance(value, int | float) or value != value:
            what = f"'{self.metric}' gives no number on the validation split, but {value!r:.60}"
            raise TrainingError(Fault(what, where="training.early_stopping.metric"))
        if self.value is None or (value < self.value if self.smaller else value > self.value):
            self.epoch, self.value = epoch, float(value)
            self.weights = {name: tensor.detach().clone() for name, tensor in weights.items()}

    def exhausted(self, epoch: int) -> bool:
        """Return whether, after `epoch`, the best epoch is `patience` or more epochs ago."""
        return self.epoch > 0 and epoch - self.epoch >= self.patience

    def plain(self) -> BestEpoch:
        """Return the best epoch and its metric value, for a checkpoint."""
        return {"epoch": self.epoch, "value": self.value}

    def restore(self, plain: BestEpoch, weights: Mapping[str, Tensor]) -> None:
        """Load the best epoch, its metric value and its weights from a checkpoint."""
        self.epoch, self.value, self.weights = plain["epoch"], plain["value"], weights


def best_of(settings: AnyTraining, metrics: Mapping[str, Metric]) -> Best | None:
    """Return a new Best if the recipe has early stopping, else None. For the loss, smaller is better.

    Raises ComponentError if a plugin's metric does not say rightly what is better.
    """
    stopping = settings.early_stopping
    if stopping is None:
        return None
    smaller = stopping.metric == "loss" or is_smaller_better(metrics[stopping.metric])
    return Best(stopping.metric, stopping.patience, smaller)
