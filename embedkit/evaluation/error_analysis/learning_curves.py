"""The learning curves of a run: of its model, of each class, and of its baselines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Literal

from pydantic import TypeAdapter

from embedkit.evaluation.error_analysis.learning_curve import Curve


@dataclass(frozen=True)
class LearningCurves:
    """How the scores of a run on `split` grow with its training texts, as learning-curve.json has it.

    `model` is the accuracy of the model, `baselines` are those of its baselines, and `classes` the F1 of each
    class. `over` says what the runs at each size differ by. `shares` are those of the sizes, the last one 1.
    """

    split: str
    over: Literal["folds", "seeds"]
    shares: tuple[float, ...]
    model: Curve
    classes: Mapping[str, Curve]
    baselines: Mapping[str, Curve]

    def to_json(self) -> dict[str, object]:
        """Return the content of learning-curve.json."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: object) -> LearningCurves:
        """Return the curves whose content of learning-curve.json is given.

        Raises pydantic's ValidationError, a ValueError, if a field is missing or is none of a learning curve.
        """
        return _adapter().validate_python(content)


@cache
def _adapter() -> TypeAdapter[LearningCurves]:
    return TypeAdapter(LearningCurves)
