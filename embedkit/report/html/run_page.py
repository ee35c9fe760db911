"""The page of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from embedkit.report.html.blocks import Page, Section
from embedkit.report.html.sections.analyses import (
    analyses_of,
    held_out_of,
    nearest_of,
    shared_errors,
    table_of,
    word_values_section,
)
from embedkit.report.html.sections.coverage import coverage_section, errors_section
from embedkit.report.html.sections.data import data_section
from embedkit.report.html.sections.figures import figures_section, judged_split
from embedkit.report.html.sections.learning_curve import learning_curve_section
from embedkit.report.html.sections.predictions import confusion_section, texts_section
from embedkit.report.html.sections.rerun import rerun_section
from embedkit.report.html.sections.training import training_section
from embedkit.runs.short_report import verdict

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.plugin.registry import Registry
    from embedkit.runs.run import Run


def run_page(run: Run, registry: Registry) -> Page:
    """Return the page of a finished run: the verdict, its figures, data and texts, and how to repeat it."""
    name = run.path.resolve().name
    sections = tuple(section for section in _sections(run, registry) if section is not None)
    return Page(f"Report of {name}", _about(run), verdict(run, judged_split(run)), sections)


def _sections(run: Run, registry: Registry) -> Iterator[Section | None]:
    predictions, split = one_row_a_text(run.predictions), judged_split(run)
    yield figures_section(run)
    yield confusion_section(predictions, split)
    held_out = held_out_of(run.errors)
    if held_out is not None:
        yield from analyses_of(held_out)
        yield from shared_errors(run.errors)
    yield errors_section(run)
    if held_out is not None:
        yield word_values_section(run.errors)
    near = None if held_out is None else nearest_of(run, registry)
    yield texts_section(predictions, run.oov.analysis.state_set, near)
    yield data_section(run, predictions)
    yield coverage_section(run)
    yield training_section(run)
    yield learning_curve_section(run)
    yield table_of(run)
    yield rerun_section(run)


def one_row_a_text(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the predictions with the first seed, where several seeds predicted the same texts."""
    if "seed" not in predictions:
        return predictions
    first: pd.DataFrame = predictions[predictions["seed"] == predictions["seed"].iloc[0]]
    return first


def _about(run: Run) -> str:
    if not run.folds:
        return "A trained model on its texts."
    folds = {each.axes.fold for each in run.folds}
    seeds = {each.axes.seed for each in run.folds}
    said = [f"{len(folds)} folds"] if folds != {None} else []
    said += [f"{len(seeds)} seeds"] if len(seeds) > 1 else []
    return f"{' and '.join(said)}: every text is predicted by models that were not trained on it."
