"""The learning curve of a run on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.report.terminal.wrapping import print_wrapped
from embedkit.runs import layout

if TYPE_CHECKING:
    from rich.console import Console

    from embedkit.evaluation.error_analysis.learning_curves import Curve, LearningCurves
    from embedkit.runs.run import Run

SHOWN = 5
"""Classes that are named, those with the largest gains."""


def lines_of_learning_curve(result: LearningCurves) -> list[str]:
    """Return the scores by number of training texts, and what twice the labels would bring: 2 or 3 lines."""
    model = result.model
    points = ", ".join(f"{mean:.1%}" for mean in model.means)
    sizes = f"{model.sizes[0]:,.0f} to {model.sizes[-1]:,.0f}"
    lines = [f"Accuracy with {sizes} training texts: {points}."]
    if model.forecast is None:
        return [*lines, f"No forecast for more labels: {model.reason}."]
    expected = f"{model.forecast.score:.1%}"
    lines.append(f"Twice the labels: {_gain(model, ' points')}, to about {expected} (90% interval).")
    told = {name: curve for name, curve in result.classes.items() if curve.forecast is not None}
    if told:
        by_gain = sorted(told, key=lambda name: -_points(told[name]))[:SHOWN]
        lines.append(f"F1 by class: {'; '.join(f'{name} {_gain(told[name])}' for name in by_gain)}.")
    return lines


def print_learning_curve(run: Run, console: Console) -> None:
    """Print the learning curve of a run, if it has one."""
    if run.has(layout.LEARNING_CURVE_JSON):
        console.print()
        for line in lines_of_learning_curve(run.learning_curve):
            print_wrapped(line, console)


def _points(curve: Curve) -> float:
    return 0.0 if curve.forecast is None else 100 * curve.forecast.gain


def _gain(curve: Curve, unit: str = "") -> str:
    """Return a gain in points with its interval, such as `+1.8 points (0.9 to 2.6)`."""
    assert curve.forecast is not None, "only curves with a forecast are told"
    low, high = (100 * end for end in curve.forecast.gain_ci90)
    return f"{_points(curve):+.1f}{unit} ({low:.1f} to {high:.1f})"
