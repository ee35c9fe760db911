"""The ablation experiment on a terminal: the number of trainings it takes, and the curve as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedkit.evaluation.comparison.wording import between, listed, points
from embedkit.report.terminal.oov import plain_table
from embedkit.report.terminal.screen import Screen

if TYPE_CHECKING:
    from rich.table import Table

    from embedkit.experiments.ablation import AblationResult


def planned(shares: Sequence[float], names: Sequence[str], finished: int) -> str:
    """Return a line on how many trainings a curve takes; `names` are the runs trained for each share."""
    hidden = listed([f"{share:.0%}" for share in shares])
    each = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
    made = f"; {finished:,} of them are finished" if finished else ""
    total = len(shares) * len(names)
    return f"{total:,} trainings: {hidden} of the vectors hidden, each {len(names)} times ({each}){made}"


def print_curve(result: AblationResult) -> None:
    """Print the curve of accuracy against coverage, and what its figures are means of."""
    console, over = Screen(), result.curve.over
    console.print(curve_table(result))
    count = len(result.curve.points[0].accuracy.folds)
    by = "Student's t" if over == "seeds" else "the corrected t-test (Nadeau & Bengio 2003)"
    told = f"Means over {count} {over}, 95% intervals by {by}; the change is within each of them."
    console.print(told, soft_wrap=True)


def curve_table(result: AblationResult) -> Table:
    """Return a table with a row for each hidden share: content coverage, accuracy, its change in points."""
    covered = f"content of {result.split}\ncovered"
    table = plain_table(
        "vectors\nhidden", covered, "\naccuracy", "\n95% interval", "change in points\n95% interval"
    )
    for index, point in enumerate(result.curve.points):
        known, change = point.content_covered.mean, point.change
        low, high = point.accuracy.ci95
        table.add_row(
            f"{point.hidden:.0%}",
            "–" if known is None else f"{known:.1%}",
            f"{point.accuracy.mean:.3f}",
            f"{low:.3f}–{high:.3f}",
            f"{points(change.mean)} ({between(change.ci95)})" if index else "",
        )
    return table
