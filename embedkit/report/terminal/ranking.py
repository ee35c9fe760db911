"""A ranking as a screenful on standard output, and its standing while it is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.errors import shortened
from embedkit.escaping import escaped
from embedkit.evaluation.ranking.intervals import mean_interval
from embedkit.evaluation.ranking.rows import (
    DROPPED,
    HEADINGS,
    grouped,
    interval_as_text,
    mean_as_text,
    seconds_as_text,
    trainings_and_test,
    verdict,
)
from embedkit.evaluation.ranking.tiers import ordered
from embedkit.report.terminal.oov import plain_table
from embedkit.report.terminal.screen import Screen
from embedkit.report.terminal.wrapping import print_wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    from embedkit.evaluation.ranking.race import Dropped
    from embedkit.evaluation.ranking.result import Ranking
    from embedkit.evaluation.ranking.scores import CandidateScores, Measure

NARROW = 92
"""Columns below which size and coverage are left out."""

MOST_RULES = 8
"""Tiers between which there is room for rules."""

COST = ("size", "coverage")
ABOVE = {
    "95% interval": "95%\ninterval",
    "coverage": "cover-\nage",
    "to best": "to\nbest",
    "p (Holm)": "p\n(Holm)",
}
"""Headings of two lines."""


def print_ranking(ranking: Ranking) -> None:
    """Print a ranking: what it shows in sentences, then the table of tiers, and how it was made."""
    console = Screen()
    print_wrapped(" ".join(verdict(ranking)), console)
    console.print()
    console.print(tier_table(ranking, console.width))
    for name, reason in ranking.failed.items():
        print_wrapped(f"{shortened(name)} failed: {shortened(reason)}", console)
    print_wrapped(trainings_and_test(ranking), console)


def tier_table(ranking: Ranking, width: int) -> Table:
    """Return the table of a ranking, with space between tiers.

    In fewer than 92 columns there is no room for size and coverage.
    """
    shown = [i for i, heading in enumerate(HEADINGS) if width >= NARROW or heading not in COST]
    groups = [*grouped(ranking)]
    table = _table([ABOVE.get(HEADINGS[i], f"\n{HEADINGS[i]}") for i in shown])
    for group in groups:
        for row in group:
            table.add_row(*(escaped(row.cells[i]) for i in shown))
        if len(groups) <= MOST_RULES:
            table.add_section()
    return table


def partial_table(
    candidates: Sequence[CandidateScores], measure: Measure, dropped: Mapping[str, Dropped], folds: int
) -> Table:
    """Return a table of how a race stands: best mean first, then the `dropped` candidates, and no tiers.

    Candidates without a score yet are left out.
    """
    table = _table(["", "candidate", "mean", "95% interval", "seconds", "folds"])
    tested = ordered([own for own in candidates if own.scores], measure)
    for own in sorted(tested, key=lambda own: own.name in dropped):
        table.add_row(*map(escaped, _standing(own, measure, own.name in dropped, folds)))
    return table


def _standing(own: CandidateScores, measure: Measure, dropped: bool, folds: int) -> list[str]:
    figures = [mean_as_text(own.mean), interval_as_text(mean_interval(own, measure))]
    ran = f"{len(own.folds)} of {folds}"
    return [DROPPED if dropped else "", own.name, *figures, seconds_as_text(own.seconds), ran]


def _table(headings: Sequence[str]) -> Table:
    """Return an empty table, whose second column has names, which are wrapped where they are too long."""
    table = plain_table(*headings)
    table.padding = (0, 1, 0, 0)
    names = table.columns[1]
    names.justify, names.no_wrap, names.overflow = "left", False, "fold"
    return table
