"""Precision, recall and F1: metrics of one class, which are averaged if there are more than two."""

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
    """The metric of the positive class, an average over the classes, or the metric of each class.

    A division by zero (a class that is never predicted, or that no example has) counts as 0.0. A macro
    average covers every class of the model, including those without an example.
    """

    average: Annotated[
        Average,
        Doc(
            "`binary`: of the positive class; `macro`: mean over the classes; `micro`: over all "
            "examples at once; `weighted`: mean over the classes weighted by support; `samples`: mean "
            "over the examples, for several labels; `none`: one value per class, `{class: value}`; "
            "`auto`: `binary` for two classes, `macro` for more"
        ),
    ] = "auto"

    bounds = (0.0, 1.0)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Return the tasks that this average is defined for."""
        only: dict[str, tuple[Task, ...]] = {"binary": ("binary",), "samples": ("multilabel",)}
        return only.get(self.average, EVERY_TASK)

    def score(
        self, labels: Any, predicted: Any, probabilities: NDArray[np.float64], classes: Sequence[str]
    ) -> float | dict[str, float] | None:
        """Return the metric, 0 to 1, or that of each class by name; None if there are no examples."""
        if not len(labels):
            return None
        average = self._average(labels, classes)
        which = {"pos_label": 1} if average == "binary" else {"labels": range(len(classes))}
        figures = self._function()(labels, predicted, average=average, zero_division=0.0, **which)
        return float(figures) if average else dict(zip(classes, figures.tolist(), strict=True))

    def _average(self, labels: Any, classes: Sequence[str]) -> str | None:
        """Return the argument `average` of scikit-learn's function."""
        if self.average == "auto":
            return "binary" if labels.ndim == 1 and len(classes) == 2 else "macro"
        return None if self.average == "none" else self.average

    @abstractmethod
    def _function(self) -> Callable[..., Any]:
        """Return scikit-learn's function for the metric."""


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
