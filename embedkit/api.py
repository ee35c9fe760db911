"""The functions of the Python interface: run a recipe, and load the classifier that a run trained."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import TYPE_CHECKING, Literal

from embedkit.experiments.executors import ExecutorOptions
from embedkit.experiments.run import RunOptions, execute
from embedkit.plugin.registry import build_registry
from embedkit.recipe.document import Plain
from embedkit.recipe.load import load_single
from embedkit.runs.reporter import Reporter
from embedkit.runs.run import Run
from embedkit.runs.versions import warn_of_versions

if TYPE_CHECKING:
    from embedkit.inference.predictor import Predictor


def run(
    recipe: str | PathLike[str] | Plain,
    *,
    out: str | PathLike[str] | None = None,
    set: Plain | None = None,
    block: Iterable[str] = (),
    hash: Literal["sampled", "full"] = "sampled",
    reporter: Reporter | None = None,
    resume: bool = False,
    strict: bool = False,
    trust: bool = False,
    executor: Literal["serial", "processes", "ray"] | None = None,
    address: str | None = None,
    jobs: int | None = None,
    fail_fast: bool = False,
) -> Run:
    """Run a recipe and return the run.

    `recipe` is a path, the name of a bundled recipe, or a mapping with the keys of a recipe. `out` is the run
    directory, by default `runs/<name>-<UTC time>`; `set` overrides keys such as `training.epochs`; `block`
    names plugins not to use; `hash` says how input files are fingerprinted. `resume` continues an interrupted
    run in `out` from its newest valid checkpoint; it starts afresh where there is none, and does nothing
    where the run is finished. `strict` turns warnings about the data into errors: texts that repeat, have two
    labels or stand in two splits, and the like. `trust` consents to run code that is in files which the
    recipe names, as in a pickle; a recipe cannot consent.

    Where a recipe makes several runs, `executor` says where: one after another in this process (`serial`, the
    default for folds and seeds), in `processes` of this machine, or on the `ray` cluster at `address`; `jobs`
    bounds how many run at once. With `fail_fast`, the first run that fails ends all.

    Raises RecipeError with every fault of the recipe before any file is opened, then DataError,
    VectorFileError, VocabularyError, TrainingError or RunError as their names say.
    """
    registry = build_registry(block, trust)
    chosen = ExecutorOptions.chosen(executor, jobs, address)
    options = RunOptions(out, hash, reporter or Reporter(), resume, strict, chosen, fail_fast)
    return execute(load_single(recipe, registry, set or {}), registry, options)


def load(
    run: str | PathLike[str],
    block: Iterable[str] = (),
    unseen: Literal["unk"] | None = None,
    trust: bool = False,
) -> Predictor:
    """Load the classifier that a run trained, after checking its files against the run's manifest.

    Where the run's recipe says `unseen: lookup`, new words are looked up when they are met; `unseen="unk"`
    turns them into `<UNK>`, which needs no vectors but those of the run. `trust` consents to run code that is
    in the file of these vectors, as in a pickle; the run's recipe cannot consent. Raises RunError where `run`
    is not a finished training run or a file of it was changed.
    """
    from embedkit.inference.loading import load_model

    trained = Run(run)
    warn_of_versions(trained)
    return load_model(trained, build_registry(block, trust), unseen=unseen).classifier
