"""The metrics of a run, of one model or of several, with its baselines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from embedkit.report.terminal.baselines import chosen_line, print_baselines
from embedkit.report.terminal.oov import plain_table
from embedkit.report.terminal.repeated import print_repeated
from embedkit.report.terminal.wrapping import print_wrapped
from embedkit.runs import layout

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from embedkit.evaluation.result import SplitMetrics
    from embedkit.runs.run import Run


def print_metrics(run: Run, console: Console) -> None:
    """Print a run's metrics by split or, for folds or seeds, those of each of them, then its baselines."""
    if run.folds:
        print_repeated(run, console)
    else:
        console.print(metrics_table(run.results))
    print_chosen(run, console)
    split = [*run.metrics][-1]
    print_baselines(split, run.summaries[split] if run.folds else run.results[split], console)


def print_chosen(run: Run, console: Console) -> None:
    """Print the parameters that the model selected, if it is a baseline that selects any."""
    models = [each.read_json(layout.MODEL) for each in run.folds or [run] if each.has(layout.MODEL)]
    chosen = [model["chosen"] for model in models if model.get("chosen")]
    if chosen:
        print_wrapped(chosen_line(models[0]["baseline"], chosen), console)


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
