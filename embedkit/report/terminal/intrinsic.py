"""The result of an intrinsic evaluation, as a screenful on standard output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from embedkit.escaping import escaped
from embedkit.evaluation.intrinsic_figures import AnalogyFigures, QuestionFigures, SimilarityFigures

if TYPE_CHECKING:
    from rich.console import Console

    from embedkit.runs.run import Run


def print_intrinsic(run: Run, console: Console) -> None:
    """Print, for each set, its size, the share out of vocabulary, the number that counts, and the result.

    Analogies are listed by section as well.
    """
    similar = {name: each for name, each in run.intrinsic.items() if isinstance(each, SimilarityFigures)}
    if similar:
        console.print(similarity_table(similar))
    for name, figures in similar.items():
        if figures.undefined:
            console.print(escaped(f"{name}: not defined, because {figures.undefined}"), soft_wrap=True)
    for name, each in run.intrinsic.items():
        if isinstance(each, AnalogyFigures):
            console.print(analogy_table(name, each))
    console.print(f"\nEverything is in {escaped(str(run.path))}/", soft_wrap=True)


def similarity_table(similar: Mapping[str, SimilarityFigures]) -> Table:
    """Return a table with a row for each set of word pairs."""
    table = _table("similarity", "pairs", "OOV", "counted", "Spearman", "p-value")
    for name, figures in similar.items():
        rho, p_value = figures.spearman, figures.p_value
        shown = ("–" if rho is None else f"{rho:.3f}", "–" if p_value is None else f"{p_value:.2g}")
        table.add_row(
            escaped(name), f"{figures.pairs:,}", f"{figures.oov_share:.1%}", f"{figures.n:,}", *shown
        )
    return table


def analogy_table(name: str, figures: AnalogyFigures) -> Table:
    """Return a table with a row for each section of a set of analogies, and one for all of them."""
    table = _table(escaped(name), "questions", "OOV", "counted", "right", "accuracy")
    for section, own in figures.sections.items():
        table.add_row(escaped(section), *_cells(own))
    table.add_section()
    table.add_row("all", *_cells(figures))
    return table


def _cells(figures: QuestionFigures) -> tuple[str, ...]:
    accuracy = "–" if figures.accuracy is None else f"{figures.accuracy:.1%}"
    sizes = f"{figures.questions:,}", f"{figures.oov_share:.1%}", f"{figures.n:,}"
    return (*sizes, f"{figures.correct:,}", accuracy)


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for index, heading in enumerate(headings):
        table.add_column(heading, justify="left" if index == 0 else "right", no_wrap=True)
    return table
