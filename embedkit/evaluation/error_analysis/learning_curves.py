"""The learning curves of a run: of its model, of each class, and of its baselines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from statistics import fmean
from typing import Literal

from pydantic import TypeAdapter


@dataclass(frozen=True)
class PowerLaw:
    """The curve a - b·n^-c of a score over n training texts, which nears `a` from below."""

    a: float
    b: float
    c: float

    def at(self, size: float) -> float:
        """Return the score with `size` training texts."""
        return float(self.a - self.b * size**-self.c)


@dataclass(frozen=True)
class Forecast:
    """What a score would be with `size` training texts, and its gain over the mean score at the largest size.

    `score_ci90` and `gain_ci90` hold 90% of the bootstrap draws. The gain is on the same held-out texts, and
    is known better than the score on others.
    """

    size: float
    score: float
    score_ci90: tuple[float, float]
    gain: float
    gain_ci90: tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """The scores of R runs at S sizes, the power law through their means, and its forecast.

    `scores` [R, S] has a row for each fold or seed. Where the points carry no forecast, `fit` and `forecast`
    are None, and `reason` says why.
    """

    sizes: tuple[float, ...]
    scores: tuple[tuple[float, ...], ...]
    fit: PowerLaw | None
    forecast: Forecast | None
    reason: str = ""

    @property
    def means(self) -> tuple[float, ...]:
        """Return the mean score at each size."""
        return tuple(map(fmean, zip(*self.scores, strict=True)))


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
