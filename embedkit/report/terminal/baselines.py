"""The baselines of a run beside its model, as a table and a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from embedkit.escaping import escaped
from embedkit.evaluation.comparison.wording import (
    Baseline,
    beside_baselines,
    in_points,
    listed,
    p_shown,
)
from embedkit.evaluation.result import LeftOut
from embedkit.evaluation.summary import Estimate, Summary
from embedkit.report.terminal.oov import named_table
from embedkit.report.terminal.wrapping import print_wrapped

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from embedkit.evaluation.result import Choices, SplitMetrics, SplitSummary

HOW_CHOSEN = ("accuracy",)
"""Keys of `chosen` that are not parameters."""


def print_baselines(split: str, metrics: SplitMetrics | SplitSummary, console: Console) -> None:
    """Print the baselines on one split: accuracies, differences from the model, and what these show.

    Prints nothing if the split has no baselines.
    """
    baselines = metrics.baselines
    if not baselines:
        return
    if any(not isinstance(each, LeftOut) for each in baselines.values()):
        console.print(baseline_table(split, baselines))
    for line in chosen_lines(baselines):
        print_wrapped(line, console)
    for line in left_out_lines(baselines):
        print_wrapped(line, console)
    sentence = beside_baselines(baselines, _over(metrics.n))
    if sentence:
        print_wrapped(sentence, console)


def left_out_lines(baselines: Mapping[str, Baseline]) -> list[str]:
    """Return a line for each reason why baselines are left out, with their names."""
    reasons = {name: each.left_out for name, each in baselines.items() if isinstance(each, LeftOut)}
    named = {why: [name for name in reasons if reasons[name] == why] for why in reasons.values()}
    return [
        f"{listed(names)} {'are' if len(names) > 1 else 'is'} left out: {why}" for why, names in named.items()
    ]


def chosen_lines(baselines: Mapping[str, Baseline]) -> list[str]:
    """Return the parameters that each baseline selected: `nbsvm chose ngrams 2, c 1, beta 0.25`.

    For several runs, a parameter is shown as its range.
    """
    return [
        chosen_line(name, each.choices)
        for name, each in baselines.items()
        if not isinstance(each, LeftOut) and each.choices
    ]


def chosen_line(name: str, runs: Sequence[Choices]) -> str:
    """Return the parameters that a baseline selected in each of `runs`."""
    return f"{name} chose {', '.join(_choices(runs))}"


def _choices(runs: Sequence[Choices]) -> list[str]:
    names = dict.fromkeys(name for run in runs for name in run if name not in HOW_CHOSEN)
    return [f"{name} {_values([run[name] for run in runs if name in run])}" for name in names]


def _values(values: Sequence[str | float]) -> str:
    """Return a value as text or, for several runs, the smallest and largest, or all if they are strings."""
    numbers = [value for value in values if not isinstance(value, str)]
    if len(numbers) < len(values):
        return " to ".join(dict.fromkeys(map(str, values)))
    return " to ".join(dict.fromkeys(f"{value:g}" for value in (min(numbers), max(numbers))))


def _over(n: int | Summary) -> str:
    """Return the sample size of the figures as text: `n = 1,066` or, for several runs, `5 runs`."""
    return f"{len(n.folds)} runs" if isinstance(n, Summary) else f"n = {n:,}"


def baseline_table(split: str, baselines: Mapping[str, Baseline]) -> Table:
    """Return a table with a row for each fitted baseline; for several runs with the means."""
    table = named_table(f"baselines on {split}", "accuracy", "less the model's", "")
    for name, each in baselines.items():
        if not isinstance(each, LeftOut):
            mean = each.accuracy.mean if isinstance(each.accuracy, Estimate) else each.accuracy
            against = each.against_model
            p = "" if against.p_holm is None else p_shown(against.p_holm)
            table.add_row(escaped(name), f"{mean:.3f}", in_points(against), p)
    return table
