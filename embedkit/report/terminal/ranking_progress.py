"""How a ranking goes on, on standard error: a bar over the trainings, a line for each, partial tables."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from embedkit.escaping import escaped, escaped_message
from embedkit.experiments.ranking.audience import Audience
from embedkit.report.terminal.progress import LineReporter, warnings_to
from embedkit.report.terminal.ranking import partial_table
from embedkit.report.terminal.screen import Screen
from embedkit.report.terminal.streams import unfailing

if TYPE_CHECKING:
    from rich.console import Console

    from embedkit.evaluation.ranking.result import Ranking
    from embedkit.experiments.plan import Outcome
    from embedkit.experiments.ranking.contest import Standing

FIRST_TABLE = 30
"""Seconds until the first table of a ranking that goes on."""


@contextmanager
def console_audience() -> Iterator[Audience]:
    """Give an audience that writes to standard error while the block runs, warnings included."""
    console = Screen(stderr=True, file=unfailing(sys.stderr))
    with ExitStack() as stack:
        audience = ConsoleAudience(console, _bar(console, stack))
        stack.enter_context(warnings_to(audience.reporter))
        yield audience


def _bar(console: Console, stack: ExitStack) -> Progress | None:
    """Return a progress bar, or None where the console is no terminal."""
    if not console.is_terminal:
        return None
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return stack.enter_context(Progress(*columns, console=console, transient=True))


class ConsoleAudience(Audience):
    """Prints a line for each training that has ended, whom the race drops, and how it stands.

    The first table is printed after 30 seconds, each further one when the time has doubled.
    """

    def __init__(self, console: Console, bar: Progress | None) -> None:
        super().__init__(LineReporter(console))
        self.console = console
        self.bar = bar
        self._task = bar.add_task("training", total=None) if bar is not None else None
        self._done = 0
        self._dropped: set[str] = set()
        self._warned: set[str] = set()
        self._begun = time.monotonic()
        self._due = self._begun + FIRST_TABLE

    def ended(self, outcome: Outcome, standing: Standing, left: int) -> None:
        """Print the outcome of a training, the candidates that it drops and, now and then, a table."""
        self._done += 1
        if self.bar is not None and self._task is not None:
            self.bar.update(self._task, completed=self._done, total=self._done + left)
        self.console.print(_line(outcome, standing, self._done, self._done + left), soft_wrap=True)
        if outcome.job.candidate not in self._warned:  # other folds have much the same to say
            for warning in outcome.warnings:
                self.reporter.warn(f"{outcome.job.id}: {warning}")
        self._warned |= {outcome.job.candidate} if outcome.warnings else set()
        for name in standing.dropped.keys() - self._dropped:
            self._dropped.add(name)
            self.console.print(escaped(_farewell(name, standing)), soft_wrap=True)
        if left and time.monotonic() >= self._due:
            self._due += time.monotonic() - self._begun
            self.show_table(standing)

    def decided(self, ranking: Ranking) -> None:
        """Print the first tier, and that its best candidate is trained again."""
        if self.bar is not None and self._task is not None:
            self.bar.update(self._task, description="training the best on all texts")
        self.console.print(escaped(f"first tier: {', '.join(ranking.tiers[0])}"), soft_wrap=True)
        self.console.print(escaped(f"training {ranking.best} on all texts"), soft_wrap=True)

    def show_table(self, standing: Standing) -> None:
        """Print how the candidates stand."""
        self.console.print(partial_table(standing.scores, standing.measure, standing.out, standing.folds))


def _farewell(name: str, standing: Standing) -> str:
    folds = standing.dropped[name]
    told = standing.out[name]
    return f"{name} is out after {folds} {'fold' if folds == 1 else 'folds'}: {told.by} is better"


def _line(outcome: Outcome, standing: Standing, done: int, of: int) -> str:
    job = outcome.job
    if outcome.failed:
        return escaped_message(f"{job.id} failed: {'; '.join(str(fault) for fault in outcome.faults)}")
    trained = standing.trained[job.candidate][-1]
    score = "not defined" if trained.score is None else f"{trained.score:.3f}"
    took = f"{outcome.seconds:.1f} s" if outcome.seconds else "finished before"
    return escaped(f"{done:>{len(str(of))}}/{of}  {job.id}  {score}  {took}")
