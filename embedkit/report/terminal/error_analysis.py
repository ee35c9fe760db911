"""The analyses of errors on the terminal: each as one to three lines of plain English."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.curves import Curves

SURELY_OFF = 0.05
"""With a p-value up to this, probabilities are said to be wrong."""


def lines_of_curves(found: Curves) -> list[str]:
    """Return what the curves say: ROC AUC, whether the probabilities are right, and the surest half."""
    return [*_auc_line(found), *_calibration_lines(found), *_coverage_lines(found)]


def _auc_line(found: Curves) -> list[str]:
    areas = [(each.roc.area, each.label) for each in found.classes if each.roc is not None]
    if not areas:
        return []
    lowest, label = min(areas)
    if len(found.classes) == 2:
        return [f"ROC AUC: {lowest:.3f}."]
    mean = sum(area for area, _ in areas) / len(areas)
    return [f"ROC AUC of a class against the rest: {mean:.3f} on average, lowest {lowest:.3f} ({label})."]


def _calibration_lines(found: Curves) -> list[str]:
    calibrated = found.calibration
    off = f"{calibrated.error * 100:.1f} points off"
    chance = f"by chance {calibrated.by_chance * 100:.1f}"
    if calibrated.p_value > SURELY_OFF:
        return [f"Probabilities are {off} on average, as it may be by chance ({chance})."]
    return [f"Probabilities are {off} on average; {chance}, p = {calibrated.p_value:.3f}."]


def _coverage_lines(found: Curves) -> list[str]:
    half, every = found.coverage.at(0.5), found.coverage.points[-1]
    if half == every:
        return []
    low, high = (f"{end * 100:.1f}" for end in half.ci95)
    surest = f"Surest {half.share:.0%} of the texts: {half.accuracy:.1%} right ({low} to {high})"
    return [f"{surest}; all: {every.accuracy:.1%}."]
