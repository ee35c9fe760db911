"""The short report on a run on standard output: the verdict, one table, and at most five wrong texts."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from embedkit.escaping import escaped
from embedkit.report.terminal.baselines import left_out_lines
from embedkit.report.terminal.intrinsic import print_intrinsic
from embedkit.report.terminal.learning_curve import print_learning_curve
from embedkit.report.terminal.screen import Screen
from embedkit.report.terminal.short_report import print_short_report
from embedkit.report.terminal.wrapping import print_wrapped
from embedkit.report.terminal.wrong_texts import SHORT, SHOWN, print_wrong
from embedkit.runs.short_report import short_report
from embedkit.runs.wrong_texts import read_wrong

if TYPE_CHECKING:
    from embedkit.runs.run import Run


def print_results(run: Run) -> None:
    """Print the short report on a run, and wrong texts of the last split.

    For an intrinsic evaluation, prints its figures. `embedkit explain`, to which the last line points, prints
    all there is.
    """
    console = Screen()
    if not run.folds and not run.has_predictions:
        print_intrinsic(run, console)
        return
    split = [*run.metrics][-1]
    print_short_report(short_report(run), console)
    metrics = run.summaries[split] if run.folds else run.results[split]
    for line in left_out_lines(metrics.baselines):
        print_wrapped(line, console)
    if run.labelled(split):
        console.print()
        state_set = run.oov.analysis.state_set
        print_wrong(read_wrong(run, split, SHOWN), console, state_set, SHORT)
    print_learning_curve(run, console)
    where = escaped(f"{run.path}/"), escaped(shlex.quote(str(run.path)))
    console.print(f"\nEverything is in {where[0]}\nMore of it: embedkit explain {where[1]}", soft_wrap=True)
