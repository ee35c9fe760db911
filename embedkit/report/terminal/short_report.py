"""A short report on a screen: the verdict first, then one table, as wide as the screen allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedkit.escaping import escaped
from embedkit.report.terminal.cells import width_of
from embedkit.report.terminal.oov import named_table
from embedkit.report.terminal.wrapping import print_wrapped

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from embedkit.evaluation.short_report import ShortReport

GAP = 2
"""Cells between two columns."""

NAME = 26
"""Cells that a column of names gets where it needs them: longer names are wrapped."""


def print_short_report(report: ShortReport, console: Console) -> None:
    """Print the verdict as a paragraph, and the table if it has rows."""
    print_wrapped(" ".join(report.verdict), console)
    if report.rows:
        console.print()
        console.print(short_table(report, console.width))


def short_table(report: ShortReport, width: int) -> Table:
    """Return the table of a short report in `width` cells; the last columns are left out if they do not fit.

    The names and the first column of figures are always there.
    """
    rows = [report.headings, *report.rows]
    widths = [max(width_of(escaped(row[i])) for row in rows) for i in range(len(report.headings))]
    shown = _fitting(widths, width)
    table = named_table(*map(escaped, report.headings[:shown]))
    table.padding = (0, GAP - 1, 0, 0)
    for row in report.rows:
        table.add_row(*map(escaped, row[:shown]))
    return table


def _fitting(widths: Sequence[int], width: int) -> int:
    """Return how many columns, from the left, fit into `width` cells: two at least."""
    taken = min(widths[0], NAME)
    for count, own in enumerate(widths[1:]):
        taken += own + GAP
        if count and taken > width:
            return count + 1
    return len(widths)
