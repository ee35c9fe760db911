"""The results of several runs, summarized, as a screenful on standard output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from embedkit.escaping import escaped
from embedkit.evaluation.comparison.wording import p_shown
from embedkit.model.token_states import OF_WORDS, StateSet
from embedkit.report.terminal.oov import counted, plain_table
from embedkit.report.terminal.wrapping import print_wrapped

if TYPE_CHECKING:
    from rich.console import Console

    from embedkit.evaluation.oov.result import ErrorAnalysis, OddsRatio
    from embedkit.evaluation.result import SplitSummary
    from embedkit.evaluation.summary import Summary
    from embedkit.runs.run import Run


def print_repeated(run: Run, console: Console) -> None:
    """Print the figures of each run on the held-out split, with mean, standard deviation and interval."""
    split = [*run.metrics][-1]
    names = [fold.path.name for fold in run.folds]
    console.print(repeated_table(split, names, run.summaries[split]))


def print_seeds(split: str, run: Run, console: Console) -> None:
    """Print a table of errors and missing words on a split by seed; for a single seed, print nothing."""
    seeds = run.oov.analysis.by_seed
    if seeds:
        console.print()
        errors = {seed: each.splits[split].errors for seed, each in seeds.items()}
        console.print(seed_table(errors, run.oov.analysis.state_set))
        told = f"The error rates are means over {len(seeds)} seeds, their intervals span those of each seed."
        print_wrapped(told, console)


def seed_table(errors: Mapping[str, ErrorAnalysis], state_set: StateSet = OF_WORDS) -> Table:
    """Return a table with a row for each seed.

    The columns are wrong texts, mean shares of wrong and of right texts, p-value and odds ratio.
    """
    missing = "missing" if state_set == OF_WORDS else state_set.described
    table = plain_table(
        "\nseed",
        "\nwrong",
        f"content {missing}\nwrong, right",
        "\np",
        "odds ratio for 10 points\n95% interval",
    )
    for seed, each in errors.items():
        means = each.content.wrong_mean, each.content.right_mean
        shares = ", ".join("–" if mean is None else f"{mean:.1%}" for mean in means)
        table.add_row(seed, counted(each.wrong), shares, _p(each.content.p_value), _odds(each.odds_ratio))
    return table


def _p(p: float | None) -> str:
    return p_shown(p).removeprefix("p ").removeprefix("= ")


def _odds(odds: OddsRatio) -> str:
    if odds.value is None or odds.ci95 is None:
        return "not estimable"
    low, high = odds.ci95
    return f"{odds.value:.2f} ({low:.2f}–{high:.2f})"


def repeated_table(split: str, runs: Sequence[str], metrics: SplitSummary) -> Table:
    """Return a table with a row for each run and a column for each number, then mean, std and interval."""
    shown = metrics.numbers
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for index, heading in enumerate((split, *shown)):
        table.add_column(heading, justify="left" if index == 0 else "right", no_wrap=True)
    for index, run in enumerate(runs):
        table.add_row(escaped(run), *(_number(figure.folds[index]) for figure in shown.values()))
    table.add_section()
    summed = {name: _summed(figure) for name, figure in shown.items() if name != "n"}
    for title in ("mean", "std", "95% from", "95% to"):
        cells = (_number(summed[name][title]) if name in summed else "" for name in shown)
        table.add_row(title, *cells)
    return table


def _summed(figure: Summary) -> dict[str, float | None]:
    low, high = figure.ci95 or (None, None)
    return {"mean": figure.mean, "std": figure.std, "95% from": low, "95% to": high}


def _number(value: float | None) -> str:
    if value is None:
        return "not defined"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"
