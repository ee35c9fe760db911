"""What several runs found together, as a screenful on standard output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from embedkit.cli.baseline_results import print_baselines

if TYPE_CHECKING:
    from rich.console import Console

    from embedkit.runs.run import Run


def print_repeated(run: Run, console: Console) -> None:
    """On the split that was held out, every figure of each run, its mean, deviation and interval."""
    split = [*run.metrics][-1]
    names = [fold.path.name for fold in run.folds]
    console.print(repeated_table(split, names, run.metrics[split]))
    print_baselines(split, run.metrics, console)
    console.print(f"\nEverything is in {run.path}/", soft_wrap=True)


def repeated_table(split: str, runs: Sequence[str], figures: Mapping[str, Mapping[str, Any]]) -> Table:
    """One row for each run and one column for each figure that is a number, then what sums them up."""
    shown = {name: figure for name, figure in figures.items() if "mean" in figure}
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for index, heading in enumerate((split, *shown)):
        table.add_column(heading, justify="left" if index == 0 else "right", no_wrap=True)
    for index, run in enumerate(runs):
        table.add_row(run, *(_number(figure["folds"][index]) for figure in shown.values()))
    table.add_section()
    summed = {name: figure for name, figure in shown.items() if name != "n"}
    for title, key in (("mean", "mean"), ("std", "std"), ("95% interval", "ci95")):
        cells = (_number(summed[name][key]) if name in summed else "" for name in shown)
        table.add_row(title, *cells)
    return table


def _number(value: float | Sequence[float] | None) -> str:
    if value is None:
        return "not defined"
    if isinstance(value, Sequence):
        return "–".join(map(_number, value))
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"
