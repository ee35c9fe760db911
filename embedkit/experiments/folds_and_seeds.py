"""Cross-validation and repeated seeds: one inner run for each, and the figures over all of them."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from embedkit.evaluation.oov.result import to_json
from embedkit.evaluation.repeated import summarize_runs
from embedkit.evaluation.result import metrics_to_json, splits_from_json
from embedkit.experiments.executors.serial import SerialExecutor
from embedkit.experiments.job import carry_out, is_done
from embedkit.experiments.plan import Executor, Job, Outcome, jobs_of
from embedkit.experiments.summary import analyse_repeated
from embedkit.experiments.sweep import run_jobs
from embedkit.interfaces.flags import bounds_of
from embedkit.recipe.document import Plain
from embedkit.recipe.repeats import single_runs
from embedkit.recipe.schema import TrainingRecipe
from embedkit.runs import layout
from embedkit.runs.directory import write_run
from embedkit.runs.predictions import predictions_file, read_rows
from embedkit.runs.reporter import Reporter
from embedkit.runs.resume_checks import begin

if TYPE_CHECKING:
    from pathlib import Path

    from embedkit.recipe.components import Components
    from embedkit.runs.context import RunContext
    from embedkit.runs.writer import RunWriter
    from embedkit.tasks.components import RunComponents

log = logging.getLogger(__name__)

T = TypeVar("T", bound=TrainingRecipe)


def train_each(
    components: RunComponents[T], context: RunContext, environment: Plain, executor: Executor | None = None
) -> None:
    """Train the inner runs of a recipe, one for each fold and seed, and write the figures over all of them.

    `executor` trains them in the directory `folds` of the run; None trains them one after another here, with
    all processes that share the run. Inner runs that are finished are not trained again. The first error ends
    the run, whose figures need all inner runs.
    """
    writer = context.writer
    singles = single_runs(components.recipe)
    directories = train_inner(Here(singles, layout.FOLDS, components, context, environment), executor)
    if writer.group.is_main:
        _gather(singles, directories, writer, components)


def train_inner(here: Here, executor: Executor | None) -> dict[str, Path]:
    """Train inner runs that are not finished, with an executor or here, and return their directories by name.

    Raises the first error.
    """
    folder = here.folder
    directories = {name: folder / name for name in here.singles}
    if here.context.writer.group.is_main:
        folder.mkdir(exist_ok=True)
    jobs = jobs_of(here.singles, here.components.recipe.name)
    if executor is None:
        run_jobs(jobs, SerialExecutor(here.run), Reporter(), True)
    else:
        left = [job for job in jobs if not is_done(directories[job.id], here.singles[job.id], job.axes)]
        run_jobs(left, executor, here.context.reporter, True)
    return directories


@dataclass(frozen=True)
class Here:
    """Trains inner runs in the process of the outer run, together with those that share it.

    `singles` are the recipes by name; `kind` is the folder of the outer run that holds their runs. The inner
    runs share the components and the environment of the outer one. Errors are raised.
    """

    singles: Mapping[str, TrainingRecipe]
    kind: str
    components: RunComponents[Any]
    context: RunContext
    environment: Plain

    @property
    def folder(self) -> Path:
        """Return the directory that holds the inner runs."""
        return self.context.writer.directory / self.kind

    def run(self, job: Job) -> Outcome:
        """Train an inner run, unless it is finished."""
        writer, reporter = self.context.writer, self.context.reporter
        single, start = self.singles[job.id], time.perf_counter()
        directory, names = self.folder / job.id, [*self.singles]
        number, of = names.index(job.id) + 1, len(names)
        reporter.run(job.id, number, of)
        if writer.group.broadcast(lambda: is_done(directory, single, job.axes)):
            reporter.stage("finished before")
            return Outcome(job, 0.0)
        log.info("run", extra={"run": job.id, "number": number, "of": of})
        with write_run(directory, True, writer.group, job.axes) as inner, inner.logged():
            begin(inner, single, self.environment)
            carry_out(self.components.of(single), replace(self.context, writer=inner))
        return Outcome(job, time.perf_counter() - start)


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
    parts = components.parts("evaluation.metrics")
    bounds = {part.spec.use: bounds_of(components.make(part.where)) for part in parts}
    metrics = summarize_runs(runs, [fold for fold in folds if fold is not None] or None, bounds)
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
