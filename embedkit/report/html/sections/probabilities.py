"""How good the probabilities of a run are: ROC, precision and recall, calibration, accuracy by coverage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedkit.report.html.blocks import Block, Cell, Chart, Figure, Paragraph, Row, Section, Table
from embedkit.report.html.charts import Axis, Series, line_chart
from embedkit.report.html.sections.figures import number_cell, percent
from embedkit.report.terminal.error_analysis import lines_of_curves

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.calibration import Calibration
    from embedkit.evaluation.error_analysis.curves import ClassCurves, Curve, Curves
    from embedkit.evaluation.error_analysis.surest import AccuracyByCoverage

DRAWN = 5
"""Classes with a line of their own, the most frequent; the table has all."""

UNIT = (0.0, 1.02)


def probabilities_section(found: Curves) -> Section:
    """Return the curves of the most frequent classes, the areas of all, and the calibration."""
    frequent = sorted(found.classes, key=lambda each: -each.n)
    drawn = frequent[1:] if len(frequent) == 2 else frequent[:DRAWN]  # of two classes, one curve says it all
    blocks: list[Block] = [Paragraph(" ".join(lines_of_curves(found)))]
    curves = [*_roc(drawn), *_precision_recall(drawn)]
    blocks.append(Row([*curves, _calibration(found.calibration), _coverage(found.coverage)]))
    blocks.append(_areas(found.classes))
    return Section("probabilities", "Probabilities", blocks)


def _roc(classes: Sequence[ClassCurves]) -> list[Chart]:
    series = [_series(each.label, each.roc) for each in classes if each.roc is not None]
    if not series:
        return []
    svg = line_chart(series, Axis("false positives", UNIT), Axis("true positives", UNIT), diagonal=True)
    said = "; ".join(f"{each.label} {each.roc.area:.3f}" for each in classes if each.roc is not None)
    return [Chart("ROC", f"Areas under the ROC curve: {said}", svg)]


def _precision_recall(classes: Sequence[ClassCurves]) -> list[Chart]:
    known = [(each.label, each.precision_recall) for each in classes if each.precision_recall is not None]
    if not known:
        return []
    series = [_series(label, curve) for label, curve in known]
    said = "; ".join(f"{label} {curve.area:.3f}" for label, curve in known)
    svg = line_chart(series, Axis("recall", UNIT), Axis("precision", UNIT))
    return [Chart("Precision by recall", f"Average precision: {said}", svg)]


def _series(label: str, curve: Curve) -> Series:
    return Series(label, curve.x, curve.y)


def _calibration(found: Calibration) -> Chart:
    series = Series.of_points("came true", ((each.probability, each.share, each.ci95) for each in found.bins))
    of = "what is predicted" if found.of is None else found.of
    x, y = Axis(f"probability of {of}", UNIT), Axis("share that came true", UNIT)
    said = f"On average {100 * found.error:.1f} points off, {100 * found.by_chance:.1f} by chance."
    return Chart("Calibration, with 95% intervals", said, line_chart([series], x, y, diagonal=True))


def _coverage(found: AccuracyByCoverage) -> Chart:
    points = ((each.share, each.accuracy, each.ci95) for each in found.points)
    x, y = Axis("share of the texts, the surest first", UNIT), Axis("accuracy")
    half, every = found.at(0.5), found.points[-1]
    said = f"{percent(half.accuracy)} on the surest {percent(half.share)}, {percent(every.accuracy)} on all."
    title = "Accuracy if only the surest texts are answered"
    return Chart(title, said, line_chart([Series.of_points("accuracy", points)], x, y))


def _areas(classes: Sequence[ClassCurves]) -> Table:
    rows: list[list[Cell]] = [
        [each.label, Figure(each.n, f"{each.n:,}"), _area(each.roc), _area(each.precision_recall)]
        for each in classes
    ]
    return Table("Areas by class", ["class", "texts", "ROC AUC", "average precision"], rows)


def _area(curve: Curve | None) -> Figure:
    return number_cell(None if curve is None else curve.area)
