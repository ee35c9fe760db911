"""How the scores of a run grow with its training texts, and what more labels would bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embedkit.report.html.blocks import Block, Cell, Chart, Figure, Paragraph, Section, Table
from embedkit.report.html.charts import Axis, Series, line_chart
from embedkit.report.html.sections.figures import number_cell, percent
from embedkit.report.terminal.learning_curve import lines_of_learning_curve
from embedkit.runs import layout

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.learning_curves import Curve
    from embedkit.runs.run import Run

STEPS = 50
"""Points of the fitted curve."""


def learning_curve_section(run: Run) -> Section | None:
    """Return the learning curve and its forecast; None if the run was made without one."""
    if not run.has(layout.LEARNING_CURVE_JSON):
        return None
    found = run.learning_curve
    curves = {"this model": found.model, **found.baselines}
    said = "; ".join(f"{name} {percent(curve.means[-1])}" for name, curve in curves.items())
    svg = line_chart(
        [each for name, curve in curves.items() for each in _series(name, curve)],
        Axis("training texts"),
        Axis("accuracy"),
    )
    blocks: list[Block] = [Paragraph(line) for line in lines_of_learning_curve(found)]
    blocks.append(Chart("Accuracy by number of training texts", f"With all of them: {said}", svg))
    blocks.append(_forecasts({**curves, **{f"F1 of {name}": each for name, each in found.classes.items()}}))
    return Section("learning-curve", "More labels", blocks)


def _series(name: str, curve: Curve) -> list[Series]:
    """Return the measured means and, where there is a forecast, the fitted curve up to its size."""
    series = [Series(name, curve.sizes, curve.means)]
    if curve.fit is not None and curve.forecast is not None:
        sizes = np.linspace(curve.sizes[0], curve.forecast.size, STEPS)
        series.append(Series(f"{name}, fitted", sizes.tolist(), [float(curve.fit.at(n)) for n in sizes]))
    return series


def _forecasts(curves: dict[str, Curve]) -> Table:
    rows: list[list[Cell]] = []
    for name, curve in curves.items():
        forecast = curve.forecast
        if forecast is None:
            rows.append([name, number_cell(curve.means[-1]), Figure(None, ""), curve.reason])
            continue
        low, high = forecast.gain_ci90
        gain = Figure(forecast.gain, f"{100 * forecast.gain:+.1f} ({100 * low:.1f} to {100 * high:.1f})")
        rows.append([name, number_cell(curve.means[-1]), gain, f"about {percent(forecast.score)}"])
    return Table("Twice the labels: gain in points, 90% intervals", ["", "now", "gain", "then"], rows)
