"""Progress of a run on standard error: a bar on a terminal, one line for each epoch elsewhere."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from embedkit.escaping import escaped, escaped_message
from embedkit.report.terminal.repeated_warnings import RepeatedWarnings
from embedkit.report.terminal.screen import Screen
from embedkit.report.terminal.streams import unfailing
from embedkit.runs.logs import WarningsShown
from embedkit.runs.reporter import Reporter

if TYPE_CHECKING:
    from rich.console import Console

    from embedkit.runs.history import HistoryRow


@contextmanager
def console_reporter() -> Iterator[Reporter]:
    """Give a reporter that writes to standard error while the block runs.

    The reporter also prints the warnings that embedkit logs, those of several runs once at the end.
    """
    with ExitStack() as stack:
        reporter = _reporter(Screen(stderr=True, file=unfailing(sys.stderr)), stack)
        stack.enter_context(warnings_to(reporter))
        stack.callback(reporter.show_repeated)
        yield reporter


def _reporter(console: Console, stack: ExitStack) -> LineReporter:
    if not console.is_terminal:
        return LineReporter(console)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        TimeRemainingColumn(),
    )
    return BarReporter(console, stack.enter_context(Progress(*columns, console=console, transient=True)))


@contextmanager
def warnings_to(reporter: Reporter) -> Iterator[None]:
    """Make `reporter` print the warnings that embedkit logs while the block runs."""
    logger = logging.getLogger("embedkit")
    handler = WarningsShown(reporter.warn)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class LineReporter(Reporter):
    """Prints stages and epochs as lines."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._repeated = RepeatedWarnings()

    def run(self, name: str, number: int, of: int) -> None:
        """Print the run's name and number; its warnings are printed when all runs are done."""
        self._repeated.begin(name, of)
        self.console.print(escaped(f"run {number} of {of}: {name}"))

    def job(self, name: str, ending: str, number: int, of: int) -> None:
        """Print the number, the name and the ending of a run."""
        self._repeated.begin(name, of)
        self._repeated.heard()
        line = f"{number:>{len(str(of))}}/{of}  {name}  {ending}"
        self.console.print(escaped_message(line), soft_wrap=True)

    def stage(self, what: str) -> None:
        """Print the stage."""
        self._repeated.heard()
        self.console.print(escaped(what), soft_wrap=True)

    def warn(self, what: str) -> None:
        """Print the warning or, if it is of one of several runs, keep it for the end."""
        if self._repeated.collecting:
            self._repeated.add(what)
        else:
            self._print_warning(what)

    def show_repeated(self) -> None:
        """Print the warnings of several runs, each of them once."""
        for what in self._repeated.said():
            self._print_warning(what)

    def _print_warning(self, what: str) -> None:
        self.console.print(f"warning: {escaped_message(what)}", soft_wrap=True)

    def epoch(self, rows: Sequence[HistoryRow], of: int) -> None:
        """Print the epoch's figures: loss and metrics of each split, and the training speed."""
        train = rows[0]
        width = len(str(of))
        parts = [f"epoch {train.epoch:{width}}/{of}", *(_figures(row) for row in rows)]
        self.console.print(
            "  ".join([*parts, f"{train.examples_per_second:,.0f} examples/s"]), soft_wrap=True
        )


class BarReporter(LineReporter):
    """Prints epochs as lines, and below them a progress bar for the current stage."""

    def __init__(self, console: Console, progress: Progress) -> None:
        super().__init__(console)
        self.progress = progress
        self.task: TaskID = progress.add_task("starting", total=None, note="")

    def jobs(self, count: int) -> None:
        """Start the bar anew, for so many runs."""
        self.progress.reset(self.task, total=count, description="runs", note=f"0/{count}")

    def job(self, name: str, ending: str, number: int, of: int) -> None:
        """Print how a run ended above the bar, and set the bar to `number` of `of` runs."""
        super().job(name, ending, number, of)
        self.progress.update(self.task, completed=number, total=of, note=f"{number}/{of}")

    def stage(self, what: str) -> None:
        """Set the bar's description to the stage, and start the bar anew."""
        self._repeated.heard()
        self.progress.reset(self.task, total=None, description=escaped(what), note="")

    def advance(self, done: int, total: int | None) -> None:
        """Set the bar to `done` of `total`."""
        self.progress.update(self.task, completed=done, total=total)

    def epoch(self, rows: Sequence[HistoryRow], of: int) -> None:
        """Print the epoch's figures above the bar, and start the bar anew."""
        super().epoch(rows, of)
        speed = f"{rows[0].examples_per_second:,.0f} examples/s"
        self.progress.reset(self.task, description=f"epoch {min(rows[0].epoch + 1, of)}/{of}", note=speed)


def _figures(row: HistoryRow) -> str:
    metrics = "".join(f" {name} {value:.3f}" for name, value in row.metrics.items())
    return f"{row.split}: loss {row.loss:.4f}{metrics}"
