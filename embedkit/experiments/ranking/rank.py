"""Rank candidates in a directory of their own: train, compare, and train the best again on all texts."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from embedkit.errors import Fault, RunError
from embedkit.evaluation.intervals import UNBOUNDED
from embedkit.evaluation.ranking.scores import Measure
from embedkit.experiments.executors import ExecutorOptions, executor_of
from embedkit.experiments.job import run_job
from embedkit.experiments.plan import Job, JobSettings, plan_of
from embedkit.experiments.ranking.audience import Audience
from embedkit.experiments.ranking.best import metric_of, on_all_texts, smaller_is_better
from embedkit.experiments.ranking.contest import Contest, Standing
from embedkit.experiments.ranking.files import write_ranking
from embedkit.interfaces.flags import bounds_of
from embedkit.recipe.baseline import BaselineRecipe
from embedkit.recipe.components import Components
from embedkit.recipe.matrix import MatrixRecipe
from embedkit.recipe.ranking import RankingRecipe, RankingSettings
from embedkit.recipe.schema import Recipe
from embedkit.recipe.text_encoder import TextEncoderRecipe
from embedkit.runs import layout
from embedkit.runs.axes import Axes
from embedkit.runs.directory import create_run, drop_leftovers, finish_run, is_finished, run_directory
from embedkit.runs.resume_checks import begin, refuse_other_recipe
from embedkit.runs.run import Run

if TYPE_CHECKING:
    from embedkit.evaluation.ranking.result import Ranking
    from embedkit.plugin.registry import Registry
    from embedkit.runs.writer import RunWriter

log = logging.getLogger(__name__)

Trainable = Recipe | TextEncoderRecipe | BaselineRecipe
Ranked = RankingRecipe | MatrixRecipe
"""A recipe of several candidates."""


@dataclass(frozen=True)
class RankOptions:
    """How candidates are trained, beside what their recipes say.

    `out` is the directory, by default one named after the recipe and the time; `minutes` bounds the time, and
    `resume` goes on with an interrupted ranking. With `fail_fast` the first error ends it. `hash` says how
    input files are fingerprinted; `strict` turns warnings about the data into errors; `block` names plugins
    not to use.
    """

    out: str | PathLike[str] | None = None
    executor: ExecutorOptions = field(default_factory=ExecutorOptions)
    minutes: float | None = None
    resume: bool = False
    fail_fast: bool = False
    strict: bool = False
    hash: Literal["sampled", "full"] = "sampled"
    block: tuple[str, ...] = ()
    audience: Audience = field(default_factory=Audience)


def rank_candidates(recipe: Ranked, registry: Registry, options: RankOptions) -> Run:
    """Train and rank the candidates of a recipe in a new directory, or resume that, and return its run.

    The last thing trained is the best candidate, on all labelled texts. Raises RunError if no candidate could
    be trained, with the error of each; if only some could not, the ranking names them.
    """
    begun = time.monotonic()
    directory = run_directory(recipe.name, options.out, options.resume)
    if options.resume and _is_finished(directory, recipe):
        return Run(directory)
    components = [Components(each, registry) for each in candidates_of(recipe).values()]
    inputs, used = _inputs(components), {one for each in components for one in each.distributions()}
    with create_run(directory, options.resume) as writer, writer.logged():
        from embedkit.runs.environment import describe_environment

        log.info("started", extra={"recipe": recipe.name, "resumed": writer.resumed})
        plugins = registry.plugins.plugins
        described = describe_environment(plugins, inputs, options.hash, used)
        begin(writer, recipe, described)
        until = None if options.minutes is None else begun + 60 * options.minutes
        _rank(recipe, registry, options, writer, until)
        log.info("finished")
    return Run(directory)


def _rank(
    recipe: Ranked, registry: Registry, options: RankOptions, writer: RunWriter, until: float | None
) -> None:
    begun = time.monotonic()
    place = writer.directory / layout.JOBS
    place.mkdir(exist_ok=True)
    settings = JobSettings(place, options.block, registry.trust, options.strict, options.hash)
    first = Components(next(iter(candidates_of(recipe).values())), registry)
    jobs, chosen = _by_candidate(plan_of(recipe)), settings_of(recipe)
    measure = _measure(first, chosen)
    resampled = metric_of(first, chosen.metric) if is_fixed(jobs) and not measure.is_accuracy else None
    contest = Contest(jobs, place, chosen, measure, resampled, until, options.fail_fast)
    with executor_of(options.executor, settings) as executor:
        standing = contest.run(executor, options.audience)
    ranking = contest.ranking(standing, time.monotonic() - begun)
    if ranking.best is None:
        raise _nothing_trained(ranking)
    options.audience.decided(ranking)
    best = Components(candidates_of(recipe)[ranking.best], registry)
    _train_best(ranking.best, best, standing, replace(settings, directory=writer.directory))
    write_ranking(writer, replace(ranking, seconds=time.monotonic() - begun))


def settings_of(recipe: Ranked) -> RankingSettings:
    """Return how the candidates are compared; those of a matrix by its first metric, and without a race."""
    if isinstance(recipe, RankingRecipe):
        return recipe.ranking
    first = next(iter(candidates_of(recipe).values()))
    return RankingSettings(metric=first.evaluation.metrics[0].use, race=False)


def _measure(components: Components[Trainable], settings: RankingSettings) -> Measure:
    """Return what candidates are ranked by, as the metric describes itself."""
    metric = metric_of(components, settings.metric)
    bounds = UNBOUNDED if metric is None else bounds_of(metric)
    return Measure(settings.metric, smaller_is_better(components, settings.metric), settings.alpha, bounds)


def _by_candidate(jobs: Sequence[Job]) -> Mapping[str, Sequence[Job]]:
    """Return the jobs of each candidate, in order."""
    by_candidate: dict[str, list[Job]] = {}
    for job in jobs:
        by_candidate.setdefault(job.candidate, []).append(job)
    return by_candidate


def _train_best(
    best: str, components: Components[Trainable], standing: Standing, settings: JobSettings
) -> None:
    """Train the best candidate again, on all labelled texts, in the directory `best`. Raises its error."""
    runs = [Run(settings.directory / layout.JOBS / each.job.id) for each in standing.trained[best]]
    whole = on_all_texts(components, runs).to_plain()
    outcome = run_job(Job(layout.BEST, best, Axes.of(whole), whole), settings)
    if outcome.failed:
        raise RunError(*outcome.faults)


def _is_finished(directory: Path, recipe: Ranked) -> bool:
    """Return whether a ranking is finished; if so, move it into place.

    Raises RunError if it was started with another recipe, or if a file of it was changed.
    """
    if is_finished(directory):
        Run(directory).verify()
        refuse_other_recipe(directory, recipe)
        drop_leftovers(directory)
        return True
    return finish_run(directory, lambda working: refuse_other_recipe(working, recipe))


def is_fixed(jobs: Mapping[str, Sequence[Job]]) -> bool:
    """Return whether candidates are tested on a split of its own, not over folds."""
    return all(job.axes.fold is None for own in jobs.values() for job in own)


def _nothing_trained(ranking: Ranking) -> RunError:
    faults = [Fault(f"{name}: {reason}") for name, reason in ranking.failed.items()]
    none_in_time = Fault("no candidate was trained within the time", hint="Give it more --minutes.")
    return RunError(*(faults or [none_in_time]))


def candidates_of(recipe: Ranked) -> Mapping[str, Trainable]:
    """Return a recipe of each candidate by name."""
    if isinstance(recipe, RankingRecipe):
        return recipe.candidates
    return {recipe.candidates[each.id]: cast(Trainable, each.recipe) for each in recipe.combinations}


def _inputs(components: Sequence[Components[Trainable]]) -> list[tuple[str, Path]]:
    """Return every file that the candidates read, each once, with the first key that names it.

    Raises DataError for a missing file, and RecipeError if code in files would run and nobody has consented.
    """
    found: dict[Path, str] = {}
    for each in components:
        each.refuse_untrusted()
        for key, path in each.input_files():
            found.setdefault(path, f"{each.recipe.name}: {key}")
    return [(key, path) for path, key in found.items()]
