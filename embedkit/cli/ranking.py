"""What commands that rank have in common: they tell how it goes on, and show the ranking."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from embedkit.report.terminal.lines import say, say_message
from embedkit.runs import layout

if TYPE_CHECKING:
    from embedkit.experiments.ranking.audience import Audience
    from embedkit.runs.run import Run


def ranking_audience(quiet: bool) -> AbstractContextManager[Audience]:
    """Return an audience that prints how a ranking goes on, or one that is silent."""
    if quiet:
        from embedkit.experiments.ranking.audience import Audience

        return nullcontext(Audience())
    from embedkit.report.terminal.ranking_progress import console_audience

    return console_audience()


def show_ranking(run: Run, quiet: bool) -> bool:
    """Print the ranking of a run, and the errors of candidates that failed; return whether any did."""
    from embedkit.report.terminal.ranking import print_ranking

    ranking = run.ranking
    if not quiet:
        print_ranking(ranking)
        say()
        say(f'Everything is in {run.path}/; classify: embedkit predict {run.path}/{layout.BEST} "TEXT"')
    for name, reason in ranking.failed.items():
        say_message(f"error: {name} failed: {reason}", error=True)
    return bool(ranking.failed)
