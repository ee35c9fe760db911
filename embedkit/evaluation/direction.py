"""Whether smaller figures of a metric are better, and whether its class says so rightly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from embedkit.errors import ComponentError, DataError
from embedkit.interfaces.calling import owner_of
from embedkit.interfaces.flags import SINGLE_LABEL, SMALLER_IS_BETTER, tasks_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from embedkit.interfaces import Metric, Task

SURE = 0.9
"""The probability of what is predicted."""

ROUNDING = 1e-9
"""How much worse a figure may be that should be as good."""


def is_smaller_better(metric: Metric) -> bool:
    """Return whether smaller figures are better, as the metric says.

    Raises ComponentError if a plugin's metric gives perfect predictions a worse figure than wrong ones.
    """
    if owner_of(metric).foreign:
        for task in tasks_of(metric) or SINGLE_LABEL:
            check_direction(metric, task)
    return SMALLER_IS_BETTER.of(metric)


def check_direction(metric: Metric, task: Task) -> None:
    """Check that perfect predictions are not worse than wrong ones; raise ComponentError if they are.

    A metric that gives no numbers, or fails for these predictions, is not checked.
    """
    try:
        perfect, wrong = (Extreme.of(task, right).scored_by(metric) for right in (True, False))
    except (ComponentError, DataError):
        return
    if not isinstance(perfect, int | float) or not isinstance(wrong, int | float):
        return
    smaller = SMALLER_IS_BETTER.of(metric)
    if (wrong - perfect if smaller else perfect - wrong) < -ROUNDING:
        what = f"gives {perfect:.4g} to perfect predictions and {wrong:.4g} to wrong ones"
        hint = "If smaller figures are better, the class says smaller_is_better = True."
        said = f"score() {what}, and says smaller_is_better = {smaller}"
        raise ComponentError(owner_of(metric).fault(said, hint))


@dataclass(frozen=True)
class Extreme:
    """Labels, as often of each class, and what is predicted for them."""

    labels: NDArray[Any]
    predicted: NDArray[Any]
    probabilities: NDArray[np.float64]
    classes: Sequence[str]

    @classmethod
    def of(cls, task: Task, right: bool) -> Extreme:
        """Make predictions of a task that are all right or all wrong."""
        count = 2 if task == "binary" else 3
        classes = ("negative", "neutral", "positive")[:: 2 if count == 2 else 1]
        labels = np.arange(6) % count
        predicted = labels if right else (labels + 1) % count
        single = task != "multilabel"
        sure = np.eye(count, dtype=bool)[predicted]
        if not single:
            labels = np.eye(count, dtype=bool)[labels]
            predicted = sure = labels if right else ~labels
        rest = (1 - SURE) / (count - 1) if single else 1 - SURE
        return cls(labels, predicted, np.where(sure, SURE, rest), classes)

    def scored_by(self, metric: Metric) -> Any:
        """Return the figure of a metric."""
        return metric.score(self.labels, self.predicted, self.probabilities, self.classes)
