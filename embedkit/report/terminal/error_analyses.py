"""All analyses of a run's errors on a screen, and why those are left out that cannot be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rich.text import Text

from embedkit.errors import EmbedkitError
from embedkit.evaluation.comparison.wording import listed
from embedkit.report.terminal.error_analysis import (
    lines_of_confusion_words,
    lines_of_curves,
    lines_of_label_suspects,
    lines_of_nearest_texts,
    lines_of_never_right,
    lines_of_slices,
    lines_of_table_changes,
    lines_of_word_values,
)
from embedkit.report.terminal.wrapping import print_wrapped

if TYPE_CHECKING:
    from rich.console import Console

    from embedkit.runs.errors import RunErrors
    from embedkit.runs.run import Run

ANALYSES: Mapping[str, Callable[[RunErrors], list[str]]] = {
    "curves": lambda errors: lines_of_curves(errors.curves),
    "never right": lambda errors: lines_of_never_right(errors.never_right),
    "label suspects": lambda errors: lines_of_label_suspects(errors.label_suspects),
    "slices": lambda errors: lines_of_slices(errors.slices),
    "confusion words": lambda errors: lines_of_confusion_words(errors.confusion_words),
    "word values": lambda errors: lines_of_word_values(errors.word_values),
    "table changes": lambda errors: lines_of_table_changes(errors.table_changes()),
    "nearest texts": lambda errors: lines_of_nearest_texts(errors.nearest_texts()),
}
"""The lines of each analysis, by name, in the order in which they are printed."""


def print_error_analyses(run: Run, console: Console) -> None:
    """Print a few lines of each analysis of the errors on held-out texts.

    One line for each reason names the analyses that cannot be made.
    """
    console.print(Text("\nerrors on held-out texts\n", "bold"))
    left_out: dict[str, list[str]] = {}
    for name, lines_of in ANALYSES.items():
        try:
            lines = lines_of(run.errors)
        except EmbedkitError as error:
            left_out.setdefault(_reason(error), []).append(name)
            continue
        for line in lines:
            print_wrapped(line, console)
    for reason, names in left_out.items():
        print_wrapped(f"Left out: {listed(names)}: {reason}", console)


def _reason(error: EmbedkitError) -> str:
    return "; ".join(fault.what for fault in error.faults)
