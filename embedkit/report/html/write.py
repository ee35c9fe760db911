"""Write the page of a run, a ranking or a comparison to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from embedkit.errors import Fault, RunError
from embedkit.files.atomic import write_whole
from embedkit.runs import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embedkit.plugin.registry import Registry
    from embedkit.report.html.blocks import Page
    from embedkit.runs.run import Run

MARK = '<meta name="generator" content="embedkit">'
"""What shows that a file is a page of embedkit, and may be replaced by a newer one."""
HEAD = 2_000
"""Bytes at the beginning of a file in which the mark is."""


def write_report(
    runs: Sequence[Run], registry: Registry, out: Path | None = None, split: str | None = None
) -> Path:
    """Write the page of one run or ranking, or of the comparison of several, and return the path of the file.

    By default it is called report.html and written into the directory of the one run, else into the current
    directory. `split` is the split to compare on. Raises RunError if there is a file of that name which is no
    page of embedkit, and OSError if it cannot be written.
    """
    target = out or (runs[0].path / layout.REPORT if len(runs) == 1 else Path(layout.REPORT))
    _refuse_to_replace(target)
    page = _page(runs, registry, split)
    from embedkit.report.html.page import render

    write_whole(target, render(page).encode("utf-8", "backslashreplace"))
    return target


def _page(runs: Sequence[Run], registry: Registry, split: str | None) -> Page:
    if len(runs) > 1:
        from embedkit.report.html.comparison_page import comparison_page
        from embedkit.tasks.compare import compare

        return comparison_page(compare([run.path for run in runs], split))
    run = runs[0]
    if run.has(layout.RANKING):
        from embedkit.report.html.ranking_page import ranking_page

        return ranking_page(run)
    if not run.has_predictions and not run.folds:
        hint = f"Its figures are printed by `embedkit run`, and are in {layout.METRICS}."
        raise RunError(Fault("this run predicted no texts, and has no page", where=str(run.path), hint=hint))
    from embedkit.report.html.run_page import run_page

    return run_page(run, registry)


def _refuse_to_replace(target: Path) -> None:
    """Raise RunError if there is a file called `target` that embedkit has not written."""
    if target.is_dir():
        raise RunError(Fault("a directory has this name", where=str(target), hint="Name a file with --out."))
    if not target.exists():
        return
    with target.open("rb") as file:
        if MARK.encode() not in file.read(HEAD):
            hint = "Name another file with --out."
            raise RunError(Fault("there is a file that is no page of embedkit", where=str(target), hint=hint))
