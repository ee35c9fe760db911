"""Run jobs in this process: the recipe of each becomes a run directory."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.errors import EmbedkitError, TrainingError, unforeseen
from embedkit.experiments.plan import Job, JobSettings, Outcome
from embedkit.files.storage import storage_of
from embedkit.files.system import folder_of_nameless_files, peak_memory
from embedkit.plugin.registry import build_registry
from embedkit.recipe.baseline import BaselineRecipe
from embedkit.recipe.load import load_recipe
from embedkit.recipe.schema import TrainingRecipe
from embedkit.recipe.text_encoder import NetworkRecipe
from embedkit.runs.context import RunContext
from embedkit.runs.directory import drop_leftovers, finish_run, write_run
from embedkit.runs.logs import warnings_collected
from embedkit.runs.reporter import Reporter
from embedkit.runs.resume_checks import begin, refuse_other_recipe
from embedkit.runs.run import Run
from embedkit.runs.sessions import warn_of_changes

if TYPE_CHECKING:
    from embedkit.plugin.registry import Registry
    from embedkit.recipe.document import Plain
    from embedkit.runs.axes import Axes
    from embedkit.tasks.components import RunComponents

log = logging.getLogger(__name__)


def run_job(job: Job, settings: JobSettings) -> Outcome:
    """Run a job in this process, as `JobRunner` does; jobs with the same settings share what they read."""
    return _runner(settings).run(job)


@lru_cache(maxsize=1)
def _runner(settings: JobSettings) -> JobRunner:
    return JobRunner(settings)


class JobRunner:
    """Runs jobs one after another in this process.

    The plugins are loaded once, and jobs whose recipes name the same reader, tokenizer or baseline share what
    it has read, tokenized and fitted, for as long as this object exists.
    """

    def __init__(self, settings: JobSettings) -> None:
        self.settings = settings
        self._shared: dict[bool, RunComponents[Any]] = {}

    @cached_property
    def _registry(self) -> Registry:
        return build_registry(self.settings.block, self.settings.trust)

    def prepare(self) -> None:
        """Load the plugins and import what trains, which takes some seconds that are no job's."""
        import sklearn.metrics  # noqa: F401 - metrics and baselines import it
        import torch._dynamo  # noqa: F401 - the first optimizer imports it

        import embedkit.runs.environment
        import embedkit.tasks.train  # noqa: F401

        _ = self._registry

    def run(self, job: Job) -> Outcome:
        """Run a job in a directory of its own, and return how it ended.

        A finished job is verified and not run again. An interrupt is raised as it is.
        """
        self.prepare()
        start = time.perf_counter()
        with warnings_collected() as warnings:
            try:
                ran = self._run(job)
                outcome = Outcome(job, time.perf_counter() - start if ran else 0.0)
            except Exception as error:  # a plugin may raise anything: the other jobs go on
                outcome = _failure(job, time.perf_counter() - start, error)
        return replace(outcome, peak_bytes=peak_memory(), warnings=tuple(warnings))

    def _run(self, job: Job) -> bool:
        """Run a job; return False if it was finished before. Raises what loading and training raise."""
        settings, directory = self.settings, self.settings.directory / job.id
        recipe = load_recipe(job.recipe, self._registry)
        assert isinstance(recipe, NetworkRecipe | BaselineRecipe), "a job trains a model"
        if is_done(directory, recipe, job.axes):
            return False
        with _threads(settings.threads):
            components = self._components(recipe)
            components.refuse_untrusted()
            environment = self._environment(components)
            settings.directory.mkdir(parents=True, exist_ok=True)
            with write_run(directory, True, axes=job.axes) as writer, writer.logged():
                log.info("started", extra={"job": job.id, "resumed": writer.resumed})
                warn_of_changes(writer.directory, begin(writer, recipe, environment))
                carry_out(components, RunContext(writer, Reporter(), settings.strict))
                log.info("finished")
        return True

    def _components(self, recipe: NetworkRecipe | BaselineRecipe) -> RunComponents[Any]:
        from embedkit.tasks.components import RunComponents

        in_memory = recipe.data.in_memory
        if in_memory not in self._shared:
            self.settings.directory.mkdir(parents=True, exist_ok=True)
            storage = storage_of(in_memory, folder_of_nameless_files(self.settings.directory))
            self._shared[in_memory] = RunComponents(recipe, self._registry, storage)
        return self._shared[in_memory].of(recipe)

    def _environment(self, components: RunComponents[Any]) -> Plain:
        from embedkit.runs.environment import describe_environment

        plugins, inputs = self._registry.plugins.plugins, components.input_files()
        described = describe_environment(plugins, inputs, self.settings.hash, components.distributions())
        return {**described, "processes": 1}


def is_done(directory: Path, recipe: TrainingRecipe, axes: Axes) -> bool:
    """Return whether a run inside a run is finished; if so, move it into place and delete its checkpoints.

    Raises RunError if a file of the run was changed, or if it was started with another recipe.
    """
    if directory.exists():
        Run(directory).verify()
        refuse_other_recipe(directory, recipe)
        drop_leftovers(directory)
        return True
    return finish_run(directory, partial(refuse_other_recipe, recipe=recipe), inner=True, axes=axes)


def carry_out(components: RunComponents[Any], context: RunContext) -> None:
    """Run the task of the recipe's kind, and write all files of its run."""
    if isinstance(components.recipe, BaselineRecipe):
        from embedkit.tasks.train_baseline import train_and_evaluate_baseline

        train_and_evaluate_baseline(components, context)
    else:
        from embedkit.tasks.train import train_and_evaluate

        train_and_evaluate(components, context)


def _failure(job: Job, seconds: float, error: Exception) -> Outcome:
    """Return the outcome of a job that ended with an error."""
    told = "".join(traceback.format_exception(error))
    if isinstance(error, EmbedkitError):
        return Outcome(job, seconds, tuple(error.faults), error=type(error), traceback=told)
    return Outcome(job, seconds, (unforeseen(error),), error=TrainingError, traceback=told)


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """Let torch use so many threads in the block; None changes nothing."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
