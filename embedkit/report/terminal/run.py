"""The results of a run, as a screenful on standard output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from embedkit.escaping import escaped
from embedkit.report.terminal.baselines import chosen_line, print_baselines
from embedkit.report.terminal.intrinsic import print_intrinsic
from embedkit.report.terminal.marking import colours
from embedkit.report.terminal.oov import amount_lines, bucket_table, coverage_table, fit_lines, plain_table
from embedkit.report.terminal.repeated import print_repeated, print_seeds
from embedkit.report.terminal.screen import Screen
from embedkit.report.terminal.wrong_texts import SHOWN, wrong_lines
from embedkit.runs import layout
from embedkit.runs.predictions import predictions_file
from embedkit.runs.wrong_texts import read_wrong

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from embedkit.evaluation.result import SplitMetrics
    from embedkit.runs.run import Run


def print_results(run: Run) -> None:
    """Print a run's metrics by split, its baselines and coverage, and the errors on the last split.

    For an intrinsic evaluation, prints its figures; for folds or seeds, the figures over all of them, on the
    last split.
    """
    console = Screen()
    if not run.folds and not run.has_predictions:
        print_intrinsic(run, console)
        return
    if run.folds:
        print_repeated(run, console)
    else:
        console.print(metrics_table(run.results))
    print_chosen(run, console)
    split = [*run.metrics][-1]
    print_baselines(split, run.summaries[split] if run.folds else run.results[split], console)
    print_coverage(run, console)
    print_errors(run, split, console)
    where = f"Everything is in {run.path}/; of one text: embedkit explain RUN --id N"
    console.print(f"\n{escaped(where)}", soft_wrap=True)


def print_chosen(run: Run, console: Console) -> None:
    """Print the parameters that the model selected, if it is a baseline that selects any."""
    models = [each.read_json(layout.MODEL) for each in run.folds or [run] if each.has(layout.MODEL)]
    chosen = [model["chosen"] for model in models if model.get("chosen")]
    if chosen:
        console.print(
            chosen_line(models[0]["baseline"], chosen), soft_wrap=True, markup=False, highlight=False
        )


def print_coverage(run: Run, console: Console) -> None:
    """Print the share of the tokens of every split in each state, and how many were looked up, or pieces."""
    splits = run.oov.analysis.splits
    console.print(coverage_table(splits))
    for sentence in (*amount_lines(splits), *fit_lines(run)):
        console.print(escaped(sentence), soft_wrap=True)


def print_errors(run: Run, split: str, console: Console) -> None:
    """Print the error rates of a split by out-of-vocabulary share, the worst texts, and the verdict.

    For a split without labels, prints only where the predictions are.
    """
    if not run.labelled(split):
        n, name = run.results[split].n, predictions_file(run.path).name
        console.print(f"\nThe {n:,} texts of {split} have no labels: what is predicted is in {name}")
        return
    analysis = run.oov.analysis
    errors, state_set = analysis.splits[split].errors, analysis.state_set
    if errors.wrong:
        console.print(bucket_table(errors.content.buckets, state_set=state_set))
    for line in wrong_lines(read_wrong(run, split, SHOWN), colours(console), state_set):
        console.print(line, soft_wrap=True)
    print_seeds(split, run, console)
    if errors.wrong:
        console.print(f"\n{escaped(errors.verdict)}", soft_wrap=True)


def metrics_table(results: Mapping[str, SplitMetrics]) -> Table:
    """Return a table with a column for each split: n, loss, numeric metrics, and the accuracy's interval."""
    table, splits = plain_table("", *results), [*results.values()]
    table.add_row("n", *(_figure(each.n) for each in splits))
    losses = [each.loss for each in splits if each.loss is not None]
    if losses:
        table.add_row("loss", *map(_figure, losses))
    for name in splits[0].scores:
        values = [each.scores[name] for each in splits]
        if not any(isinstance(value, Mapping) for value in values):
            table.add_row(name, *map(_figure, values))
        intervals = [each.accuracy_ci95 for each in splits if each.accuracy_ci95 is not None]
        if name == "accuracy":
            table.add_row("  95% interval", *(f"{low:.3f}–{high:.3f}" for low, high in intervals))
    return table


def _figure(value: float | None) -> str:
    if value is None:
        return "not defined"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"
