"""Write the page of a run, a ranking or a comparison to a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from embedkit.errors import Fault, RunError
from embedkit.evaluation.comparison.result import Comparison
from embedkit.files.atomic import write_whole
from embedkit.runs import layout
from embedkit.runs.run import Run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from embedkit.plugin.registry import Registry
    from embedkit.report.html.blocks import Page

MARK = '<meta name="generator" content="embedkit">'
"""What shows that a file is a page of embedkit, and may be replaced by a newer one."""
HEAD = 2_000
"""Bytes at the beginning of a file in which the mark is."""


def write_report(
    paths: Sequence[str | PathLike[str]],
    registry: Registry,
    out: Path | None = None,
    split: str | None = None,
) -> Path:
    """Write the page of one run or ranking, or of a comparison, and return the path of the file.

    `paths` are the directories of runs, which are compared on `split` if they are several, or the file of a
    comparison. By default the page is called report.html and written into the directory of the one run, else
    into the current directory. Raises RunError where a directory has no finished run, a file no comparison,
    and if there is a file of that name which is no page of embedkit; OSError if it cannot be written.
    """
    subject = _subject(paths, split)
    target = out or (subject.path / layout.REPORT if isinstance(subject, Run) else Path(layout.REPORT))
    _refuse_to_replace(target)
    page = _page(subject, registry)
    from embedkit.report.html.page import render

    write_whole(target, render(page).encode("utf-8", "backslashreplace"))
    return target


def _subject(paths: Sequence[str | PathLike[str]], split: str | None) -> Run | Comparison:
    """Return the one run, the comparison of several, or that in the file if the one path is a file."""
    if len(paths) > 1:
        from embedkit.tasks.compare import compare

        return compare(paths, split)
    if os.path.isfile(paths[0]):  # noqa: PTH113 - False for a name that is too long
        from embedkit.tasks.stored_comparison import read_comparison

        return read_comparison(Path(paths[0]))
    return Run(paths[0])


def _page(subject: Run | Comparison, registry: Registry) -> Page:
    if isinstance(subject, Comparison):
        from embedkit.report.html.comparison_page import comparison_page

        return comparison_page(subject)
    return _page_of_run(subject, registry)


def _page_of_run(run: Run, registry: Registry) -> Page:
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
