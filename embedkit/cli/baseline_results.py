"""The baselines of a run beside its model, as a table and a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from embedkit.cli.oov_results import plain_table
from embedkit.evaluation.comparison.wording import beside_baselines, between, p_shown, points

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def print_baselines(split: str, metrics: Mapping[str, Any], console: Console) -> None:
    """Of one split the model's accuracy and its baselines', how far they are apart, and what that tells."""
    baselines = metrics[split].get("baselines")
    if not baselines:
        return
    console.print(baseline_table(split, baselines))
    for name, each in baselines.items():
        if "left_out" in each:
            console.print(f"{name} is left out: {each['left_out']}", soft_wrap=True)
    sentence = beside_baselines(baselines, metrics[split]["n"])
    if sentence:
        console.print(sentence, soft_wrap=True)


def baseline_table(split: str, baselines: Mapping[str, Mapping[str, Any]]) -> Table:
    """One row for each baseline that was fitted."""
    table = plain_table(f"baselines on {split}", "accuracy", "95% interval", "points", "")
    for row in _rows(baselines):
        table.add_row(*row)
    return table


def _rows(baselines: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    for name, each in baselines.items():
        if "against_model" in each:
            against, (low, high) = each["against_model"], each["accuracy_ci95"]
            difference = f"{points(against['difference'])} ({between(against['ci95'])})"
            yield (
                *(name, f"{each['accuracy']:.3f}", f"{low:.3f}–{high:.3f}"),
                *(difference, p_shown(against["p_holm"])),
            )
