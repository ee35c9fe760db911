"""How good the probabilities of a model are: curves of each class, calibration, coverage, confusions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embedkit.evaluation.error_analysis.calibration import Calibration, calibration
from embedkit.evaluation.error_analysis.confusion import Confusion, confusion
from embedkit.evaluation.error_analysis.surest import AccuracyByCoverage, accuracy_by_coverage
from embedkit.evaluation.error_analysis.thinning import thinned
from embedkit.evaluation.error_analysis.thresholds import Thresholds, area

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.held_out import HeldOut
    from embedkit.interfaces import BoolArray

    Floats = NDArray[np.float64]

POINTS = 200
"""Most points of a curve."""

FEW_CLASSES = 10
"""Up to so many classes, curves have POINTS points; with more, all curves together have as many."""

FEWEST_POINTS = 20


@dataclass(frozen=True)
class Curve:
    """The points of a curve, and its area, which is that of all points before some were left out."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    area: float


@dataclass(frozen=True)
class ClassCurves:
    """How well the probability of one class tells its texts, `n` in number, from all others.

    `roc` has the false-positive rate as x and the true-positive rate as y; its area is the ROC AUC.
    `precision_recall` has the recall as x and the precision as y; its area is the average precision. Both are
    None, and `why` says so, if no text or every text has the class.
    """

    label: str
    n: int
    roc: Curve | None
    precision_recall: Curve | None
    why: str | None = None


@dataclass(frozen=True)
class Curves:
    """The figures of one model on n held-out texts. `model` is its name."""

    model: str
    n: int
    classes: tuple[ClassCurves, ...]
    calibration: Calibration
    coverage: AccuracyByCoverage
    confusion: Confusion


def curves(held_out: HeldOut, model: int = 0) -> Curves:
    """Return the figures of one of the models, `model` in number, on at least one text."""
    probabilities = held_out.probabilities[model].astype(np.float64)
    surest = probabilities.max(axis=1)
    right = ~held_out.wrong[model]
    names = held_out.classes
    points = POINTS if len(names) <= FEW_CLASSES else max(FEWEST_POINTS, POINTS * FEW_CLASSES // len(names))
    return Curves(
        model=held_out.models[model],
        n=len(held_out.labels),
        classes=tuple(
            _class_curves(name, held_out.labels == c, probabilities[:, c], points)
            for c, name in enumerate(names)
        ),
        calibration=calibration(probabilities, held_out.labels, names),
        coverage=accuracy_by_coverage(surest, right),
        confusion=confusion(held_out.labels, held_out.predicted[model], names),
    )


def _class_curves(label: str, is_class: BoolArray, scores: Floats, points: int) -> ClassCurves:
    n = int(is_class.sum())
    if n in (0, len(is_class)):
        return ClassCurves(label, n, None, None, f"{'every' if n else 'no'} text has this class")
    found = Thresholds.of(is_class, scores)
    x, y = found.roc()
    roc = _curve(x, y, area(x, y), points)
    return ClassCurves(label, n, roc, _curve(*found.precision_recall(), found.average_precision(), points))


def _curve(x: Floats, y: Floats, whole: float, points: int) -> Curve:
    kept = thinned(x, y, points)
    return Curve(tuple(x[kept].tolist()), tuple(y[kept].tolist()), whole)
