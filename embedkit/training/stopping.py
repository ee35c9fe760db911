"""Early stopping: the best epoch so far, its weights, and when to give up hoping for a better one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from embedkit.errors import Fault, TrainingError
from embedkit.interfaces.flags import SMALLER_IS_BETTER

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.interfaces import Metric
    from embedkit.recipe.sections.training import Training


@dataclass
class Best:
    """The best epoch by `metric`; `smaller` says whether less of it is better.

    `weights` are those of that epoch, copied.
    """

    metric: str
    patience: int
    smaller: bool
    epoch: int = 0
    value: float | None = None
    weights: Mapping[str, Tensor] = field(default_factory=dict)

    def consider(self, epoch: int, figures: Mapping[str, Any], weights: Mapping[str, Tensor]) -> None:
        """Remember `epoch` if it is better than all before it; the first of equals stays the best.

        Raises TrainingError where the metric gives no number.
        """
        value = figures[self.metric]
        if not isinstance(value, int | float) or value != value:
            what = f"'{self.metric}' gives no number on the validation split, but {value!r:.60}"
            raise TrainingError(Fault(what, where="training.early_stopping.metric"))
        if self.value is None or (value < self.value if self.smaller else value > self.value):
            self.epoch, self.value = epoch, float(value)
            self.weights = {name: tensor.detach().clone() for name, tensor in weights.items()}

    def exhausted(self, epoch: int) -> bool:
        """Whether, after `epoch`, patience is at its end."""
        return self.epoch > 0 and epoch - self.epoch >= self.patience

    def plain(self) -> dict[str, Any]:
        """Epoch and value, for a checkpoint."""
        return {"epoch": self.epoch, "value": self.value}

    def restore(self, plain: Mapping[str, Any], weights: Mapping[str, Tensor]) -> None:
        """Put back what a checkpoint kept."""
        self.epoch, self.value, self.weights = plain["epoch"], plain["value"], weights


def best_of(settings: Training, metrics: Mapping[str, Metric]) -> Best | None:
    """Where a recipe stops early, the keeper of its best epoch; of the loss, smaller is better."""
    stopping = settings.early_stopping
    if stopping is None:
        return None
    smaller = stopping.metric == "loss" or SMALLER_IS_BETTER.of(metrics[stopping.metric])
    return Best(stopping.metric, stopping.patience, smaller)
