"""The combinations of a matrix on the terminal."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from embedkit.escaping import escaped
from embedkit.recipe.dump import dump_inline
from embedkit.recipe.frozen import thaw
from embedkit.report.terminal.cells import cut, padded, width_of
from embedkit.report.terminal.lines import say, write

if TYPE_CHECKING:
    from embedkit.recipe.document import Plain
    from embedkit.recipe.matrix import MatrixRecipe


def print_combinations(matrix: MatrixRecipe) -> None:
    """Print a line for each combination: its id, and the values of its axes.

    On a terminal lines are cut to its width.
    """
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    ids = max(width_of(each.id) for each in matrix.combinations)
    count, candidates = len(matrix.combinations), len({*matrix.candidates.values()})
    repeated = "" if candidates == count else f" of {candidates:,} candidates"
    say(f"{matrix.name}: {count:,} combination{'s' if count > 1 else ''}{repeated}")
    for each in matrix.combinations:
        line = f"  {padded(each.id, ids)}  {_axes(each.axes)}"
        write(f"{cut(escaped(line), width)}\n")


def _axes(axes: Plain) -> str:
    """Return axes on one line, each key with its value in YAML."""
    return "  ".join(f"{key}={dump_inline(thaw(value))}" for key, value in axes.items())
