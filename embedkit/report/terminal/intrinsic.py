"""The result of an intrinsic evaluation, as a screenful on standard output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from embedkit.escaping import escaped

if TYPE_CHECKING:
    from rich.console import Console

    from embedkit.runs.run import Run


def print_intrinsic(run: Run, console: Console) -> None:
    """Print, for each set, its size, the share out of vocabulary, the number that counts, and the result.

    Analogies are listed by section as well.
    """
    metrics = run.metrics
    similar = {name: figures for name, figures in metrics.items() if figures["task"] == "similarity"}
    if similar:
        console.print(similarity_table(similar))
    for name, figures in similar.items():
        if figures["undefined"]:
            console.print(escaped(f"{name}: not defined, because {figures['undefined']}"), soft_wrap=True)
    for name, figures in metrics.items():
        if figures["task"] == "analogies":
            console.print(analogy_table(name, figures))
    console.print(f"\nEverything is in {escaped(str(run.path))}/", soft_wrap=True)


def similarity_table(similar: Mapping[str, Mapping[str, Any]]) -> Table:
    """Return a table with a row for each set of word pairs."""
    table = _table("similarity", "pairs", "OOV", "counted", "Spearman", "p-value")
    for name, figures in similar.items():
        rho, p_value = figures["spearman"], figures["p_value"]
        shown = ("–" if rho is None else f"{rho:.3f}", "–" if p_value is None else f"{p_value:.2g}")
        table.add_row(
            escaped(name), f"{figures['pairs']:,}", f"{figures['oov_share']:.1%}", f"{figures['n']:,}", *shown
        )
    return table


def analogy_table(name: str, figures: Mapping[str, Any]) -> Table:
    """Return a table with a row for each section of a set of analogies, and one for all of them."""
    table = _table(escaped(name), "questions", "OOV", "counted", "right", "accuracy")
    for section, counts in figures["sections"].items():
        table.add_row(escaped(section), *_cells(counts))
    table.add_section()
    table.add_row("all", *_cells(figures))
    return table


def _cells(counts: Mapping[str, Any]) -> tuple[str, ...]:
    accuracy = "–" if counts["accuracy"] is None else f"{counts['accuracy']:.1%}"
    sizes = f"{counts['questions']:,}", f"{counts['oov_share']:.1%}", f"{counts['n']:,}"
    return (*sizes, f"{counts['correct']:,}", accuracy)


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for index, heading in enumerate(headings):
        table.add_column(heading, justify="left" if index == 0 else "right", no_wrap=True)
    return table
