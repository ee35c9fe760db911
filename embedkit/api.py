"""The functions of the Python interface: run a recipe, rank candidates, load the model that a run trained."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from embedkit.experiments.executors import ExecutorOptions
from embedkit.experiments.run import RunOptions, execute
from embedkit.plugin.registry import build_registry
from embedkit.recipe.document import Plain
from embedkit.recipe.load import load_recipe
from embedkit.runs.reporter import Reporter
from embedkit.runs.run import Run
from embedkit.runs.versions import warn_of_versions

if TYPE_CHECKING:
    from embedkit.evaluation.ranking.result import Ranking
    from embedkit.experiments.ranking.audience import Audience
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
    default for folds and seeds), in `processes` of this machine (the default for a matrix), or on the `ray`
    cluster at `address`; `jobs` bounds how many run at once. With `fail_fast`, the first run that fails ends
    all; otherwise the combinations of a matrix that failed are in `run.ranking.failed`.

    Raises RecipeError with every fault of the recipe before any file is opened, then DataError,
    VectorFileError, VocabularyError, TrainingError or RunError as their names say.
    """
    registry = build_registry(block, trust)
    chosen = ExecutorOptions.chosen(executor, jobs, address)
    options = RunOptions(out, hash, reporter or Reporter(), resume, strict, chosen, fail_fast)
    return execute(load_recipe(recipe, registry, set or {}), registry, options)


def rank(
    source: str | PathLike[str],
    *,
    text: str | None = None,
    label: str | None = None,
    group: str | None = None,
    format: str | None = None,
    vectors: Iterable[str | PathLike[str]] = (),
    candidates: Iterable[str | PathLike[str]] = (),
    out: str | PathLike[str] | None = None,
    folds: int | None = None,
    metric: str | None = None,
    alpha: float | None = None,
    race: bool | None = None,
    seed: int | None = None,
    minutes: float | None = None,
    executor: Literal["serial", "processes", "ray"] | None = None,
    jobs: int | None = None,
    address: str | None = None,
    resume: bool = False,
    fail_fast: bool = False,
    block: Iterable[str] = (),
    audience: Audience | None = None,
    trust: bool = False,
) -> Ranking:
    """Rank candidates, ways of turning words into vectors, on labelled texts, and return the ranking.

    `source` is a data file, a folder with a folder for each label, or a recipe, whose texts then count.
    `text`, `label` and `group` name columns of a data file, and `format` its format, where they are not found
    out; rows with the same value of `group` are in one fold. `vectors` are files of word vectors to be tried,
    `candidates` recipes that are ranked in place of the usual candidates. Candidates are trained on `folds`
    folds and compared by `metric`, the accuracy by default; `alpha` is the level of all tests together, 0.05
    by default. Unless `race` is False, candidates that are clearly worse are not trained on all folds. `seed`
    draws the folds, 0 by default. `minutes` is when no further
    training is begun. `executor`, `jobs` and `address` say where trainings are run. `out`, `resume`, `block`
    and `trust` are as in `run`; `fail_fast` ends at the first error. The directory has the model of the best
    candidate in `best`.

    Raises DataError if it cannot be told what a data file holds, RecipeError for candidates that are not
    valid, and RunError if none could be trained.
    """
    from embedkit.data.finding import Wishes
    from embedkit.experiments.ranking.audience import Audience
    from embedkit.experiments.ranking.rank import RankOptions, rank_candidates
    from embedkit.experiments.ranking.request import RankRequest, ranking_of

    registry = build_registry(block, trust)
    said = {"metric": metric, "alpha": alpha, "race": race, "seed": seed}
    chosen = {name: value for name, value in said.items() if value is not None}
    wishes = Wishes(text, label, group, format)
    resumed = out if resume else None
    request = RankRequest(source, wishes, [*vectors], [*candidates], folds, chosen, minutes, resumed)
    told = audience or Audience()
    options = RankOptions(
        out=out,
        executor=ExecutorOptions.chosen(executor, jobs, address) or ExecutorOptions(),
        minutes=minutes,
        resume=resume,
        fail_fast=fail_fast,
        block=tuple(block),
        audience=told,
    )
    return rank_candidates(ranking_of(request, registry, told.reporter), registry, options).ranking


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


def write_report(
    *paths: str | PathLike[str],
    out: str | PathLike[str] | None = None,
    split: str | None = None,
    block: Iterable[str] = (),
) -> Path:
    """Write a page about a finished run, ranking or matrix, one HTML file, and return its path.

    `out` is the file to write, by default `report.html` in the directory of the run. Several runs are
    compared, on `split` or their last one, and the page is written into the current directory, as is that of
    a file with what `embedkit compare --json` printed. `block` names plugins not to use. Raises RunError
    where a directory has no finished run or a file no comparison, and if the file to write is there and
    embedkit has not written it.
    """
    from embedkit.report.html.write import write_report as write

    return write(paths, build_registry(block), None if out is None else Path(out), split)
