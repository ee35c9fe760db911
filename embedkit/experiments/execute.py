"""Cross-validation and repeated seeds: a run inside the run for each, and what they come to together."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from embedkit.evaluation.comparison.repeated_baselines import summarize_baselines
from embedkit.evaluation.summary import summarize
from embedkit.experiments.summary import analyse_repeated
from embedkit.files.storage import storage_of
from embedkit.recipe.repeats import single_runs
from embedkit.runs.directory import FOLDS, drop_leftovers, finish_run, write_run
from embedkit.runs.predictions import predictions_file, read_rows
from embedkit.runs.resuming import begin, refuse_other_recipe
from embedkit.runs.run import Run
from embedkit.tasks.components import Remembering
from embedkit.tasks.train import train_and_evaluate

if TYPE_CHECKING:
    from pathlib import Path

    from embedkit.plugin.registry import Registry
    from embedkit.recipe.schema import Recipe
    from embedkit.runs.reporter import Reporter
    from embedkit.runs.writer import RunWriter

log = logging.getLogger(__name__)


def train_each(
    recipe: Recipe,
    registry: Registry,
    writer: RunWriter,
    environment: Mapping[str, Any],
    reporter: Reporter,
    strict: bool,
) -> None:
    """Make every run that the recipe asks for, but for those that are finished, and gather their figures."""
    singles = single_runs(recipe)
    directories = {name: writer.directory / FOLDS / name for name in singles}
    if writer.world.main:
        (writer.directory / FOLDS).mkdir(exist_ok=True)
    build = Remembering(registry, storage_of(recipe.data.in_memory, writer.scratch))
    for number, (name, single) in enumerate(singles.items(), 1):
        reporter.run(name, number, len(singles))
        if writer.world.from_main(partial(_finished, directories[name], single)):
            reporter.stage("finished before")
            continue
        log.info("run", extra={"run": name, "number": number, "of": len(singles)})
        with write_run(directories[name], resume=True, world=writer.world) as inner, inner.logged():
            begin(inner, single, environment)
            train_and_evaluate(single, registry, inner, reporter, strict, build)
    if writer.world.main:
        _gather(singles, directories, writer, registry)


def _finished(directory: Path, recipe: Recipe) -> bool:
    """Whether a run inside this one is finished; if so, it is in its place and tidy."""
    if directory.exists():
        Run(directory).verify()
        drop_leftovers(directory)
        return True
    return finish_run(directory, partial(refuse_other_recipe, recipe=recipe), inner=True)


def _gather(
    singles: Mapping[str, Recipe], directories: Mapping[str, Path], writer: RunWriter, registry: Registry
) -> None:
    """metrics.json, predictions.csv and oov.json over all runs."""
    figures = [json.loads((directories[name] / "metrics.json").read_bytes()) for name in singles]
    metrics = summarize(figures)
    for split in metrics:
        if "baselines" in metrics[split]:
            metrics[split]["baselines"] = _baselines(singles, figures, split)
    writer.json("metrics.json", metrics)
    split = [*metrics][-1]
    rows = _held_out(singles, directories, split)
    writer.predictions(next(rows), rows, sum(each[split]["n"] for each in figures))
    predictions = predictions_file(writer.directory)
    writer.json("oov.json", analyse_repeated(singles, directories, predictions, split, registry))


def _baselines(singles: Mapping[str, Recipe], figures: Sequence[Any], split: str) -> dict[str, Any]:
    """The baselines on a split over all runs, whose metrics.json are `figures`."""
    held_out = [single.data.folds for single in singles.values()]
    folds = [each.only for each in held_out if each is not None and each.only is not None]
    ratio = max(each[split]["n"] / each["train"]["n"] for each in figures)
    return summarize_baselines([each[split]["baselines"] for each in figures], folds or None, ratio)


def _held_out(
    singles: Mapping[str, Recipe], directories: Mapping[str, Path], split: str
) -> Iterator[list[Any]]:
    """The header, then what every run predicted on `split`, with its fold, where it has one, and its seed."""
    for index, (name, single) in enumerate(singles.items()):
        folds = single.data.folds
        which = {} if folds is None else {"fold": folds.only}
        which["seed"] = single.seed
        header, rows = read_rows(predictions_file(directories[name]))
        if index == 0:
            yield [*which, *header]
        yield from ([*which.values(), *row] for row in rows if row[0] == split)
