"""Accuracy against coverage, as vectors are hidden: means, intervals, paired changes over folds or seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING, Literal

from embedkit.evaluation.comparison.several import corrected_interval
from embedkit.evaluation.intervals import SHARE, UNBOUNDED, within
from embedkit.evaluation.oov.result import CountsByState
from embedkit.evaluation.summary import Estimate, Summary, estimate, summarize_numbers

if TYPE_CHECKING:
    from embedkit.interfaces.flags import Bounds


@dataclass(frozen=True)
class Point:
    """The accuracy of one model, and the number of content tokens that it read in every state.

    `unit` is the number of its fold, or of its seed where there are no folds; `tested` is the number of test
    texts for each training text.
    """

    unit: int
    accuracy: float
    content: CountsByState
    tested: float

    @property
    def covered(self) -> float | None:
        """Return the share of the content tokens that had vectors, or None if there are none."""
        total = self.content.total
        return self.content.with_vector / total if total else None


@dataclass(frozen=True)
class CurvePoint:
    """The results with one share of the vectors hidden, over the folds or seeds.

    `change` is the accuracy less that with nothing hidden, `content_covered` the share of the content tokens
    that had vectors.
    """

    hidden: float
    accuracy: Estimate
    change: Estimate
    content_covered: Summary


@dataclass(frozen=True)
class Curve:
    """Accuracy against coverage: a point for each share of hidden vectors, the first with none hidden."""

    over: Literal["folds", "seeds"]
    points: tuple[CurvePoint, ...]


def curve(points: Mapping[float, Sequence[Point]], folds: bool) -> Curve:
    """Return the curve of accuracy against coverage, with a point for each share of hidden vectors.

    `points` are the models' results by share hidden, the first with none hidden. Each figure is summarized
    over the folds or seeds. Seeds of one fold are averaged first, so that they make no interval narrower.
    Folds share training texts, so over folds the intervals of accuracy and change are those of Nadeau &
    Bengio (2003).
    """
    ratio = max(point.tested for each in points.values() for point in each) if folds else None
    whole = _by_unit([(point.unit, point.accuracy) for point in next(iter(points.values()))])
    found = []
    for share, each in points.items():
        reached = _by_unit([(point.unit, point.accuracy) for point in each])
        change = [accuracy - whole[unit] for unit, accuracy in reached.items()]
        covered = _by_unit([(point.unit, point.covered) for point in each if point.covered is not None])
        found.append(
            CurvePoint(
                hidden=share,
                accuracy=_estimate([*reached.values()], ratio, SHARE),
                change=_estimate(change, ratio, UNBOUNDED),
                content_covered=summarize_numbers([covered.get(unit) for unit in reached], SHARE),
            )
        )
    return Curve("folds" if folds else "seeds", tuple(found))


def _by_unit(figures: Sequence[tuple[int, float]]) -> dict[int, float]:
    """Return the mean of the figures of each fold or seed."""
    units = dict.fromkeys(unit for unit, _ in figures)
    return {unit: fmean(figure for of, figure in figures if of == unit) for unit in units}


def _estimate(values: Sequence[float], ratio: float | None, bounds: Bounds) -> Estimate:
    found = estimate(values, bounds)
    return found if ratio is None else replace(found, ci95=within(corrected_interval(values, ratio), bounds))
