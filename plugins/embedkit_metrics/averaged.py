"""Metrics of one class that are averaged where there are more than two."""

# ruff: noqa: ARG002 - every metric is given the same four arguments and uses those it needs
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from embedkit.plugin_api import Doc
from embedkit_metrics.tasks import EVERY_TASK

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.plugin_api import Task

Average = Literal["auto", "binary", "macro", "micro", "weighted", "samples", "none"]


@dataclass(frozen=True, kw_only=True)
class AveragedMetric(ABC):
    """A figure of the positive class, or an average over the classes, or one for each.

    A quotient of nothing (a class that is never predicted, or that no example has) counts as 0.0. A macro
    average is over every class of the model, those without an example included.
    """

    average: Annotated[
        Average,
        Doc(
            "binary: of the positive class, the last one; macro: mean over the classes; "
            "micro: over all examples at once; weighted: mean over the classes by their support; "
            "samples: mean over the examples, of several labels; none: each class's own; "
            "auto: binary for two classes, macro for more"
        ),
    ] = "auto"

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What this average is defined for."""
        only: dict[str, tuple[Task, ...]] = {"binary": ("binary",), "samples": ("multilabel",)}
        return only.get(self.average, EVERY_TASK)

    def score(
        self, labels: Any, predicted: Any, probabilities: NDArray[np.float64], classes: Sequence[str]
    ) -> float | dict[str, float] | None:
        """The figure, 0 to 1, or that of each class by its name; None where there are no examples."""
        if not len(labels):
            return None
        average = self._average(labels, classes)
        which = {"pos_label": 1} if average == "binary" else {"labels": range(len(classes))}
        figures = self._function()(labels, predicted, average=average, zero_division=0.0, **which)
        return float(figures) if average else dict(zip(classes, figures.tolist(), strict=True))

    def _average(self, labels: Any, classes: Sequence[str]) -> str | None:
        """What scikit-learn is asked for."""
        if self.average == "auto":
            return "binary" if labels.ndim == 1 and len(classes) == 2 else "macro"
        return None if self.average == "none" else self.average

    @abstractmethod
    def _function(self) -> Callable[..., Any]:
        """scikit-learn's function."""


class Precision(AveragedMetric):
    """The share of those predicted to be of a class that are of it."""

    def _function(self) -> Callable[..., Any]:
        from sklearn.metrics import precision_score

        return precision_score  # type: ignore[no-any-return]


class Recall(AveragedMetric):
    """The share of those of a class that are predicted to be of it."""

    def _function(self) -> Callable[..., Any]:
        from sklearn.metrics import recall_score

        return recall_score  # type: ignore[no-any-return]


class F1(AveragedMetric):
    """The harmonic mean of precision and recall."""

    def _function(self) -> Callable[..., Any]:
        from sklearn.metrics import f1_score

        return f1_score  # type: ignore[no-any-return]
