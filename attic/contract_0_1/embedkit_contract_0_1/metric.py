"""A metric for which less is better, of all tasks."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from annotated_types import Le

from embedkit.plugin_api import Doc


class Disagreement:
    """The share of texts that are not classified as they are labelled."""

    smaller_is_better: ClassVar[bool] = True
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    runs_code: ClassVar[bool] = False

    def __init__(self, *, most: Annotated[float, Le(1), Doc("shares above count as this")] = 1.0) -> None:
        self.most = most

    @property
    def tasks(self) -> tuple[str, ...]:
        """Return all tasks."""
        return ("binary", "multiclass", "multilabel")

    def score(
        self, labels: Any, predicted: Any, probabilities: Any, classes: Sequence[str]
    ) -> float | Mapping[str, Any] | None:
        """Return the share, or None without texts."""
        wrong = labels != predicted
        wrong = wrong.any(axis=1) if wrong.ndim > 1 else wrong
        assert probabilities.shape == (len(labels), len(classes))
        return min(self.most, float(wrong.mean())) if len(labels) else None
