"""The functions of the Python interface: run a recipe, and load the classifier that a run trained."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from embedkit.distributed.failures import as_one
from embedkit.distributed.process_group import World, join
from embedkit.files.storage import storage_of
from embedkit.plugin.registry import Registry, build_registry
from embedkit.recipe.build import input_files, refuse_untrusted
from embedkit.recipe.intrinsic import IntrinsicRecipe
from embedkit.recipe.load import AnyKind, load_recipe
from embedkit.recipe.naming import distributions_of
from embedkit.recipe.repeats import single_runs
from embedkit.recipe.schema import EvaluationRecipe, Recipe
from embedkit.runs.axes import Axes
from embedkit.runs.directory import create_run, drop_leftovers, finish_run, is_finished, run_directory
from embedkit.runs.reporter import Reporter
from embedkit.runs.resuming import begin, refuse_other_recipe
from embedkit.runs.run import Run
from embedkit.runs.sessions import warn_of_changes

if TYPE_CHECKING:
    from embedkit.inference.classifier import Classifier
    from embedkit.runs.writer import RunWriter

log = logging.getLogger(__name__)


def run(
    recipe: str | PathLike[str] | Mapping[str, Any],
    *,
    out: str | PathLike[str] | None = None,
    set: Mapping[str, Any] | None = None,
    block: Iterable[str] = (),
    hash: Literal["sampled", "full"] = "sampled",
    reporter: Reporter | None = None,
    resume: bool = False,
    strict: bool = False,
    trust: bool = False,
) -> Run:
    """Run a recipe and return the run.

    `recipe` is a path, the name of a bundled recipe, or a mapping with the keys of a recipe. `out` is the run
    directory, by default `runs/<name>-<UTC time>`; `set` overrides keys such as `training.epochs`; `block`
    names plugins not to use; `hash` says how input files are fingerprinted. `resume` continues an interrupted
    run in `out` from its newest valid checkpoint; it starts afresh where there is none, and does nothing
    where the run is finished. `strict` turns warnings about the data into errors: texts that repeat, have two
    labels or stand in two splits, and the like. `trust` consents to run code that is in files which the
    recipe names, as in a pickle; a recipe cannot consent. Raises RecipeError with every fault of the recipe
    before any file is opened, then DataError, VectorFileError, VocabularyError, TrainingError or RunError as
    their names say.
    """
    registry = build_registry(block, trust)
    return execute(load_recipe(recipe, registry, set or {}), registry, out, hash, reporter, resume, strict)


def execute(
    recipe: AnyKind,
    registry: Registry,
    out: str | PathLike[str] | None = None,
    hash: Literal["sampled", "full"] = "sampled",
    reporter: Reporter | None = None,
    resume: bool = False,
    strict: bool = False,
) -> Run:
    """Run a loaded recipe in a new run directory, or resume it there, and return the run.

    Where several processes were started together, each of them calls this, and they share the work.
    """
    world = join()
    with as_one(world):
        directory = Path(world.from_main(lambda: run_directory(recipe.name, out, resume)))
        told = reporter if reporter and world.main else Reporter()
        return _execute(recipe, registry, directory, hash, told, resume, strict, world)


def _execute(
    recipe: AnyKind,
    registry: Registry,
    directory: Path,
    hash: Literal["sampled", "full"],
    reporter: Reporter,
    resume: bool,
    strict: bool,
    world: World,
) -> Run:
    if resume and world.from_main(lambda: _is_finished(directory, recipe, reporter)):
        return world.from_main(lambda: _loadable(Run(directory)))
    refuse_untrusted(registry, recipe)
    inputs = input_files(registry, recipe)
    with create_run(directory, resume, world, _axes(recipe)) as writer, writer.logged():
        from embedkit.runs.environment import describe_environment

        log.info("started", extra={"recipe": recipe.name, "resumed": writer.resumed})
        used = distributions_of(registry, recipe)
        environment = world.from_main(
            lambda: (
                describe_environment(registry.plugins.plugins, inputs, hash, used)
                | {"processes": world.count}
            )
        )
        warn_of_changes(writer.directory, begin(writer, recipe, environment))
        _carry_out(recipe, registry, writer, environment, reporter, strict)
        log.info("finished")
    return world.from_main(lambda: _loadable(Run(directory)))


def _axes(recipe: AnyKind) -> Axes:
    """Return the axes that the manifest of an outer run lists: none, but of a run of an ablation."""
    axes = Axes.of(recipe.to_plain())
    return axes if axes.hidden is not None else Axes()


def _loadable(run: Run) -> Run:
    """Return the run. Raises ComponentError if its model cannot be loaded or then predicts otherwise."""
    from embedkit.runs.loadable import refuse_unloadable

    refuse_unloadable(run)
    return run


def _carry_out(
    recipe: AnyKind,
    registry: Registry,
    writer: RunWriter,
    environment: Mapping[str, Any],
    reporter: Reporter,
    strict: bool,
) -> None:
    """Run the task of the recipe's kind, and write all of its files.

    The kinds are evaluation, intrinsic evaluation, training over folds or seeds, and a single training.
    """
    if isinstance(recipe, EvaluationRecipe):
        from embedkit.tasks.evaluate import evaluate_trained

        evaluate_trained(recipe, registry, writer, reporter)
    elif isinstance(recipe, IntrinsicRecipe):
        from embedkit.tasks.evaluate_vectors import evaluate_vectors

        evaluate_vectors(recipe, registry, writer, reporter)
    elif single_runs(recipe):
        from embedkit.experiments.execute import train_each

        train_each(recipe, registry, writer, environment, reporter, strict)
    else:
        from embedkit.tasks.components import Remembering
        from embedkit.tasks.train import train_and_evaluate

        build = Remembering(registry, storage_of(recipe.data.in_memory, writer.scratch))
        train_and_evaluate(recipe, registry, writer, reporter, strict, build)


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


def look_over(recipe: AnyKind, registry: Registry, reporter: Reporter, strict: bool) -> None:
    """Read and tokenize the texts of a recipe that trains, and warn of what is wrong with them.

    Raises DataError for data that cannot be trained on and, if `strict`, in place of the warnings. Does
    nothing for a recipe that trains no model.
    """
    if isinstance(recipe, Recipe):
        from embedkit.inference.embedding import embed
        from embedkit.tasks.components import Remembering
        from embedkit.tasks.preparation import prepare, try_encoder

        refuse_untrusted(registry, recipe)
        input_files(registry, recipe)
        remembering = Remembering(registry, storage_of(recipe.data.in_memory, None))
        for single in single_runs(recipe).values() or [recipe]:
            prepared = prepare(single, registry, reporter, strict, remembering)
            words, splits = prepared.text.vocabulary, prepared.tokenized
            table = embed(single, registry, words, splits, prepared.labelling, reporter, strict)
            try_encoder(prepared, single, registry, table.dim)


def load(
    run: str | PathLike[str],
    block: Iterable[str] = (),
    unseen: Literal["unk"] | None = None,
    trust: bool = False,
) -> Classifier:
    """Load the classifier that a run trained, after checking its files against the run's manifest.

    Where the run's recipe says `unseen: lookup`, new words are looked up when they are met; `unseen="unk"`
    turns them into `<UNK>`, which needs no vectors but those of the run. `trust` consents to run code that is
    in the file of these vectors, as in a pickle; the run's recipe cannot consent. Raises RunError where `run`
    is not a finished training run or a file of it was changed.
    """
    from embedkit.inference.persistence import load_trained

    return load_trained(Run(run), build_registry(block, trust), unseen=unseen).classifier
