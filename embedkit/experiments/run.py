"""Run a recipe in a run directory, whatever its kind, and check the data of a recipe."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from embedkit.distributed.failures import as_one
from embedkit.distributed.process_group import ProcessGroup, join
from embedkit.errors import DataError, Fault, RecipeError, RunError, VectorFileError, VocabularyError
from embedkit.experiments.plan import Executor, JobSettings
from embedkit.files.storage import storage_of
from embedkit.recipe.baseline import BaselineRecipe
from embedkit.recipe.combinations.ids import canonical
from embedkit.recipe.components import Components
from embedkit.recipe.document import Plain
from embedkit.recipe.evaluation import EvaluationRecipe
from embedkit.recipe.intrinsic import IntrinsicRecipe
from embedkit.recipe.matrix import MatrixRecipe
from embedkit.recipe.ranking import RankingRecipe
from embedkit.recipe.repeats import single_runs
from embedkit.recipe.schema import Recipe, TrainingRecipe
from embedkit.recipe.text_encoder import TextEncoderRecipe
from embedkit.runs import layout
from embedkit.runs.axes import Axes
from embedkit.runs.context import RunContext
from embedkit.runs.directory import create_run, drop_leftovers, finish_run, is_finished, run_directory
from embedkit.runs.reporter import Reporter
from embedkit.runs.resume_checks import begin, refuse_other_recipe
from embedkit.runs.run import Run
from embedkit.runs.sessions import warn_of_changes

if TYPE_CHECKING:
    from embedkit.experiments.executors import ExecutorOptions
    from embedkit.experiments.ranking.audience import Audience
    from embedkit.plugin.registry import Registry
    from embedkit.recipe.load import AnyKind
    from embedkit.tasks.components import RunComponents

log = logging.getLogger(__name__)

Ranked = MatrixRecipe | RankingRecipe
"""A recipe of several candidates, which are ranked."""

T = TypeVar("T", bound=TrainingRecipe)


@dataclass(frozen=True)
class RunOptions:
    """How a recipe is run, beside what the recipe itself says.

    `out` is the run directory, by default one named after the recipe and the time; `hash` says how input
    files are fingerprinted; `resume` goes on with an interrupted run; `strict` turns warnings about the data
    into errors. `executor` says where several runs are made, by default one after another in this process,
    and those of a matrix in several processes. With `fail_fast`, the first run that fails ends all.
    """

    out: str | PathLike[str] | None = None
    hash: Literal["sampled", "full"] = "sampled"
    reporter: Reporter = field(default_factory=Reporter)
    resume: bool = False
    strict: bool = False
    executor: ExecutorOptions | None = None
    fail_fast: bool = False


def execute(recipe: AnyKind | Ranked, registry: Registry, options: RunOptions) -> Run:
    """Run a loaded recipe in a new run directory, or resume it there, and return the run.

    Where several processes were started together, each of them calls this, and they share the work.
    """
    if isinstance(recipe, MatrixRecipe | RankingRecipe):
        return execute_ranked(recipe, registry, options)
    group = join()
    with as_one(group):
        directory = Path(group.broadcast(lambda: run_directory(recipe.name, options.out, options.resume)))
        told = options if group.is_main else replace(options, reporter=Reporter())
        return _execute(Components(recipe, registry), directory, told, group)


def execute_ranked(
    recipe: Ranked, registry: Registry, options: RunOptions, audience: Audience | None = None
) -> Run:
    """Make the runs of a matrix or a ranking in a new directory, or go on there, and return the ranked run.

    `audience` is told how it goes on, by default the reporter of the options. Raises RunError if no candidate
    could be trained; those that could not are in the ranking by name.
    """
    from embedkit.experiments.executors import ExecutorOptions
    from embedkit.experiments.ranking.audience import Audience
    from embedkit.experiments.ranking.rank import RankOptions, rank_candidates

    group = join()
    with as_one(group):
        if group.count > 1:
            what = "the runs of a ranking are not shared out among processes that were started together"
            raise RunError(Fault(what, hint="Start one process, which starts others: --executor processes."))
        ranking = RankOptions(
            out=options.out,
            executor=options.executor or ExecutorOptions(),
            resume=options.resume,
            fail_fast=options.fail_fast,
            strict=options.strict,
            hash=options.hash,
            block=registry.blocked,
            audience=audience or Audience(options.reporter),
        )
        return rank_candidates(recipe, registry, ranking)


def _execute(
    components: Components[AnyKind], directory: Path, options: RunOptions, group: ProcessGroup
) -> Run:
    recipe, reporter = components.recipe, options.reporter
    _refuse_executor(recipe, options, group)
    if options.resume and group.broadcast(lambda: _is_finished(directory, recipe, reporter)):
        return group.broadcast(lambda: _loadable(Run(directory)))
    components.refuse_untrusted()
    inputs, used = components.input_files(), components.distributions()
    with create_run(directory, options.resume, group, _axes(recipe)) as writer, writer.logged():
        from embedkit.runs.environment import describe_environment

        log.info("started", extra={"recipe": recipe.name, "resumed": writer.resumed})
        plugins = components.registry.plugins.plugins
        environment = group.broadcast(
            lambda: {
                **describe_environment(plugins, inputs, options.hash, used),
                "processes": group.count,
            }
        )
        warn_of_changes(writer.directory, begin(writer, recipe, environment))
        _carry_out(components, RunContext(writer, reporter, options.strict), environment, options)
        log.info("finished")
    return group.broadcast(lambda: _loadable(Run(directory)))


def _axes(recipe: AnyKind) -> Axes:
    """Return the axes that the manifest of an outer run lists: none, but of a run of an ablation."""
    axes = Axes.of(recipe.to_plain())
    return axes if axes.hidden is not None else Axes()


def _loadable(run: Run) -> Run:
    """Return the run. Raises ComponentError if its model cannot be loaded or then predicts otherwise."""
    from embedkit.runs.reload_faults import refuse_unloadable

    refuse_unloadable(run)
    return run


def _carry_out(
    components: Components[AnyKind], context: RunContext, environment: Plain, options: RunOptions
) -> None:
    """Run the task of the recipe's kind, and write all of its files.

    The kinds are evaluation, intrinsic evaluation, training over folds or seeds, and a single training.
    """
    recipe = components.recipe
    if isinstance(recipe, EvaluationRecipe):
        from embedkit.tasks.evaluate import evaluate_trained

        evaluate_trained(components.of(recipe), context)
    elif isinstance(recipe, IntrinsicRecipe):
        from embedkit.tasks.evaluate_vectors import evaluate_vectors

        evaluate_vectors(components.of(recipe), context)
    else:
        from embedkit.experiments.folds_and_seeds import train_each
        from embedkit.experiments.job import carry_out
        from embedkit.experiments.learning_curve import train_shares, write_learning_curve
        from embedkit.tasks.components import RunComponents

        storage = storage_of(recipe.data.in_memory, context.writer.scratch)
        training = RunComponents(recipe, components.registry, storage)
        registry = components.registry
        # Shares of the texts come first: a run without folds, once trained, could not be resumed.
        if recipe.data.learning_curve is not None:
            executor = _executor(registry, context, options, layout.LEARNING_CURVE)
            train_shares(training, context, environment, executor)
        if single_runs(recipe):
            train_each(training, context, environment, _executor(registry, context, options, layout.FOLDS))
        else:
            carry_out(training, context)
        if recipe.data.learning_curve is not None and context.writer.group.is_main:
            write_learning_curve(recipe, context.writer)


def _executor(registry: Registry, context: RunContext, options: RunOptions, kind: str) -> Executor | None:
    """Return the executor of the inner runs in the folder `kind`; None if they are made in this process."""
    from embedkit.experiments.executors import executor_of

    if options.executor is None or options.executor.name == "serial":
        return None
    directory = context.writer.directory / kind
    settings = JobSettings(directory, registry.blocked, registry.trust, options.strict, options.hash)
    return executor_of(options.executor, settings)


def _refuse_executor(recipe: AnyKind, options: RunOptions, group: ProcessGroup) -> None:
    """Raise RunError if runs cannot be made with the executor that was chosen."""
    if options.executor is None or options.executor.name == "serial":
        return
    if group.count > 1:
        what = "processes that were started together train one model after another"
        raise RunError(Fault(what, where="executor", hint="Leave it out, or start a single process."))
    if not (isinstance(recipe, TrainingRecipe) and (single_runs(recipe) or recipe.data.learning_curve)):
        what = "this recipe makes one run, and an executor is for several: folds, seeds, combinations"
        raise RunError(Fault(what, where="executor"))


def _is_finished(directory: Path, recipe: AnyKind, reporter: Reporter) -> bool:
    """Return whether the recipe's run is finished; if so, move it into place and delete its checkpoints.

    Raises RunError if the run was started with another recipe, or if a file of it was changed.
    """
    if is_finished(directory):
        Run(directory).verify()
        refuse_other_recipe(directory, recipe)
        drop_leftovers(directory)
        reporter.stage(f"nothing to do: the run in {directory} is finished")
        return True
    moved = finish_run(directory, lambda working: refuse_other_recipe(working, recipe), axes=_axes(recipe))
    if moved:
        reporter.stage(f"nothing to train: the run was finished before, and is in {directory} now")
    return moved


def look_over(components: Components[AnyKind], reporter: Reporter, strict: bool) -> None:
    """Read and tokenize the texts of a recipe that trains, and warn of what is wrong with them.

    Raises DataError for data that cannot be trained on and, if `strict`, in place of the warnings. Does
    nothing for a recipe that trains no model.
    """
    recipe = components.recipe
    if isinstance(recipe, TrainingRecipe):
        from embedkit.tasks.components import RunComponents

        storage = storage_of(recipe.data.in_memory, None)
        _look_over(RunComponents(recipe, components.registry, storage), reporter, strict)


def look_over_matrix(matrix: MatrixRecipe, registry: Registry, reporter: Reporter, strict: bool) -> None:
    """Look over the combinations of a matrix, as `look_over` does; those with the same data and model once.

    Raises DataError and RecipeError with the faults of all combinations.
    """
    from embedkit.tasks.components import RunComponents

    faults: dict[Fault, None] = {}
    shared: RunComponents[TrainingRecipe] | None = None
    for id, recipe in _distinct(matrix).items():
        if shared is None:
            shared = RunComponents(recipe, registry, storage_of(recipe.data.in_memory, None))
        try:
            _look_over(shared.of(recipe), reporter, strict)
        except (RecipeError, DataError, VocabularyError, VectorFileError) as error:
            faults |= {
                replace(fault, what=f"in combination {id}: {fault.what}"): None for fault in error.faults
            }
    if faults:
        raise DataError(*faults)


def _distinct(matrix: MatrixRecipe) -> dict[str, TrainingRecipe]:
    """Return the recipes by id, and of those that differ in what the data do not matter to, the first."""
    apart: dict[str, tuple[str, TrainingRecipe]] = {}
    for each in matrix.combinations:
        plain = each.recipe.to_plain()
        seen = {key: value for key, value in plain.items() if key not in ("seed", "training", "evaluation")}
        apart.setdefault(canonical(seen), (each.id, each.recipe))
    return dict(apart.values())


def _look_over(training: RunComponents[T], reporter: Reporter, strict: bool) -> None:
    training.refuse_untrusted()
    training.input_files()
    for single in single_runs(training.recipe).values() or [training.recipe]:
        of = training.of(single)
        if isinstance(single, BaselineRecipe):
            from embedkit.tasks.train_baseline import prepare_baseline

            prepare_baseline(of.of(single), reporter, strict)
        elif isinstance(single, Recipe):
            _try_model(of.of(single), reporter, strict)
        elif isinstance(single, TextEncoderRecipe):
            _try_text_encoder(of.of(single), reporter, strict)


def _try_model(components: RunComponents[Recipe], reporter: Reporter, strict: bool) -> None:
    from embedkit.tasks.embedding import embed
    from embedkit.tasks.preparation import prepare, try_encoder

    prepared = prepare(components, reporter, strict)
    table = embed(components, prepared, reporter, strict)
    try_encoder(components, prepared, table.dim)


def _try_text_encoder(components: RunComponents[TextEncoderRecipe], reporter: Reporter, strict: bool) -> None:
    from embedkit.data.preflight import raise_or_warn
    from embedkit.evaluation.coverage_check import check_known
    from embedkit.tasks.networks import embedder_of
    from embedkit.tasks.preparation import prepare, try_encoder

    prepared = prepare(components, reporter, strict)
    try_encoder(components, prepared, components.text_model.dim)
    raise_or_warn(check_known(embedder_of(components, prepared), prepared.tokenized), strict)
