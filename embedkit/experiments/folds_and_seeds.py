"""Cross-validation and repeated seeds: one inner run for each, and the figures over all of them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from embedkit.evaluation.oov.result import to_json
from embedkit.evaluation.repeated import summarize_runs
from embedkit.evaluation.result import metrics_to_json, splits_from_json
from embedkit.experiments.summary import analyse_repeated
from embedkit.recipe.document import Plain
from embedkit.recipe.repeats import single_runs
from embedkit.recipe.schema import BaselineRecipe, Recipe, TrainingRecipe
from embedkit.runs import layout
from embedkit.runs.axes import Axes
from embedkit.runs.directory import drop_leftovers, finish_run, write_run
from embedkit.runs.predictions import predictions_file, read_rows
from embedkit.runs.resume_checks import begin, refuse_other_recipe
from embedkit.runs.run import Run
from embedkit.tasks.train import train_and_evaluate

if TYPE_CHECKING:
    from pathlib import Path

    from embedkit.recipe.components import Components
    from embedkit.recipe.schema import AnyRecipe
    from embedkit.runs.context import RunContext
    from embedkit.runs.writer import RunWriter
    from embedkit.tasks.components import RunComponents

log = logging.getLogger(__name__)

T = TypeVar("T", bound=TrainingRecipe)


def train_each(components: RunComponents[T], context: RunContext, environment: Plain) -> None:
    """Train the inner runs of a recipe, one for each fold and seed, and write the figures over all of them.

    Inner runs that are finished are not trained again.
    """
    writer, reporter = context.writer, context.reporter
    singles = single_runs(components.recipe)
    directories = {name: writer.directory / layout.FOLDS / name for name in singles}
    if writer.group.is_main:
        (writer.directory / layout.FOLDS).mkdir(exist_ok=True)
    for number, (name, single) in enumerate(singles.items(), 1):
        reporter.run(name, number, len(singles))
        axes = Axes.of(single.to_plain())
        if writer.group.broadcast(partial(_finished, directories[name], single, axes)):
            reporter.stage("finished before")
            continue
        log.info("run", extra={"run": name, "number": number, "of": len(singles)})
        with write_run(directories[name], True, writer.group, axes) as inner, inner.logged():
            begin(inner, single, environment)
            train_one(components.of(single), replace(context, writer=inner))
    if writer.group.is_main:
        _gather(singles, directories, writer, components)


def train_one(components: RunComponents[T], context: RunContext) -> None:
    """Train the model of a recipe for one run, whatever its kind, and write all files of the run."""
    recipe = components.recipe
    if isinstance(recipe, BaselineRecipe):
        from embedkit.tasks.train_baseline import train_and_evaluate_baseline

        train_and_evaluate_baseline(components.of(recipe), context)
    else:
        assert isinstance(recipe, Recipe), "recipes that train are of these two kinds"
        train_and_evaluate(components.of(recipe), context)


def _finished(directory: Path, recipe: AnyRecipe, axes: Axes) -> bool:
    """Return whether an inner run is finished; if so, move it into place and delete its checkpoints.

    Raises RunError if a file of the run was changed.
    """
    if directory.exists():
        Run(directory).verify()
        drop_leftovers(directory)
        return True
    return finish_run(directory, partial(refuse_other_recipe, recipe=recipe), True, axes)


def _gather(
    singles: Mapping[str, TrainingRecipe],
    directories: Mapping[str, Path],
    writer: RunWriter,
    components: Components[T],
) -> None:
    """Write metrics.json, predictions.csv and oov.json over all runs."""
    runs = [
        splits_from_json(json.loads((directories[name] / layout.METRICS).read_bytes())) for name in singles
    ]
    folds = [single.data.folds.only for single in singles.values() if single.data.folds is not None]
    metrics = summarize_runs(runs, [fold for fold in folds if fold is not None] or None)
    writer.json(layout.METRICS, metrics_to_json(metrics))
    split = [*metrics][-1]
    rows = _held_out(singles, directories, split)
    writer.predictions(next(rows), rows, sum(metrics[split].n for metrics in runs))
    predictions = predictions_file(writer.directory)
    found = analyse_repeated(singles, directories, predictions, split, components)
    writer.json(layout.OOV, to_json(found))


def _held_out(
    singles: Mapping[str, TrainingRecipe], directories: Mapping[str, Path], split: str
) -> Iterator[list[Any]]:
    """Yield the header, then every run's rows on `split`, both preceded by fold (if any) and seed."""
    for index, (name, single) in enumerate(singles.items()):
        folds = single.data.folds
        which = {} if folds is None else {"fold": folds.only}
        which["seed"] = single.seed
        header, rows = read_rows(predictions_file(directories[name]))
        if index == 0:
            yield [*which, *header]
        yield from ([*which.values(), *row] for row in rows if row[0] == split)
