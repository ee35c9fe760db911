"""What the models of finished runs predict of held-out texts, read from their directories."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from embedkit.errors import Fault, RunError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from embedkit.evaluation.error_analysis.held_out import HeldOut
    from embedkit.runs.axes import Axes

SPLITS = ("test", "validation")
"""The splits whose texts a model was not trained on, the one to be preferred first."""

COLUMNS = frozenset({"split", "id", "label", "text"})
"""What is read of the predictions of every model; the tokens only of the first one, as they take longest."""


class PredictedRun(Protocol):
    """A run that has predictions, or whose jobs have: a `Run`."""

    path: Path

    @property
    def predictions(self) -> pd.DataFrame: ...

    @property
    def jobs(self) -> Sequence[PredictedJob]: ...

    @property
    def folds(self) -> Sequence[PredictedRun]: ...

    def has(self, name: str) -> bool: ...


class PredictedJob(Protocol):
    """A training of a ranking or a matrix: a `Run`."""

    path: Path

    @property
    def axes(self) -> Axes: ...

    @property
    def predictions_header(self) -> Sequence[str]: ...

    def read_predictions(self, columns: Collection[str] | None = None) -> pd.DataFrame: ...


def held_out_of(run: PredictedRun) -> HeldOut:
    """Return what the models of a run predict of the texts that they were not trained on.

    A run has a model for each seed. A ranking or a matrix has one for each candidate and seed that ran as
    many folds as any did; the texts are those of these folds.

    Raises RunError if there are no predictions of labelled held-out texts with one label each, and if models
    held out different texts.
    """
    from embedkit.evaluation.error_analysis.held_out import joined

    jobs = run.jobs
    return joined(_models_of_jobs(jobs) if jobs else _models_of_seeds(run))


def held_out_of_runs(runs: Sequence[PredictedRun]) -> HeldOut:
    """Return what the models of several runs predict of the same held-out texts, named after their runs.

    Raises RunError as `held_out_of` does, and if the runs held out different texts.
    """
    from embedkit.evaluation.error_analysis.held_out import joined

    names = [run.path.name for run in runs]
    if len({*names}) < len(names):
        names = [str(run.path) for run in runs]
    return joined([_named(name, held_out_of(run)) for name, run in zip(names, runs, strict=True)])


def _named(name: str, held_out: HeldOut) -> HeldOut:
    """Return predictions whose models and recipes are called after the run `name`."""
    alone = len(held_out.models) == 1, len({*held_out.recipes}) == 1
    return replace(
        held_out,
        models=tuple(name if alone[0] else f"{name}, {model}" for model in held_out.models),
        recipes=tuple(name if alone[1] else f"{name}, {recipe}" for recipe in held_out.recipes),
    )


def _models_of_seeds(run: PredictedRun) -> list[HeldOut]:
    frame = rows_held_out(run.path, run.predictions)
    seeds = frame["seed"].unique().tolist() if "seed" in frame else [None]
    return [
        _model(
            run.path,
            frame if seed is None else frame[frame["seed"] == seed],
            ("the run" if seed is None else f"seed {seed}", run.path.name),
        )
        for seed in seeds
    ]


def _models_of_jobs(jobs: Sequence[PredictedJob]) -> list[HeldOut]:
    by_model: dict[tuple[str, int | None], dict[int | None, PredictedJob]] = {}
    for job in jobs:
        name = job.axes.candidate or job.path.name
        by_model.setdefault((name, job.axes.seed), {})[job.axes.fold] = job
    folds = max(by_model.values(), key=len).keys()
    whole = {which: own for which, own in by_model.items() if own.keys() >= folds}
    several = len({seed for _, seed in whole}) > 1
    return [
        _model_of_folds(
            [own[fold] for fold in folds],
            (f"{name}, seed {seed}" if several else name, name),
            with_tokens=place == 0,
        )
        for place, ((name, seed), own) in enumerate(whole.items())
    ]


def _model_of_folds(jobs: Sequence[PredictedJob], names: tuple[str, str], with_tokens: bool) -> HeldOut:
    """Return what the trainings of one candidate, a fold each, predict of the texts that they held out."""
    import pandas as pd

    extra = {"token_list"} if with_tokens else set[str]()
    frames = []
    for job in jobs:
        columns = {name for name in job.predictions_header if name in COLUMNS or name.startswith("p_")}
        frames.append(rows_held_out(job.path, job.read_predictions(columns | extra)))
    return _model(jobs[0].path, pd.concat(frames, ignore_index=True), names)


def rows_held_out(path: Path, found: pd.DataFrame) -> pd.DataFrame:
    """Return the predictions of labelled held-out texts; those of the test split where there is one."""
    splits = {*found["split"].unique()}
    split = next((name for name in SPLITS if name in splits), None)
    if split is None:
        raise RunError(Fault("this run has no predictions of held-out texts", where=str(path)))
    frame = found[(found["split"] == split) & found["label"].notna()]
    if frame.empty:
        raise RunError(Fault(f"the texts of {split} have no labels", where=str(path)))
    return frame


def _model(path: Path, frame: pd.DataFrame, names: tuple[str, str]) -> HeldOut:
    """Return the predictions of one model, which has a name and that of its recipe.

    A class that was not in the training texts of a fold has the probability 0 there.
    """
    from embedkit.evaluation.error_analysis.held_out import HeldOut

    columns = [name for name in frame if str(name).startswith("p_")]
    classes = tuple(str(name).removeprefix("p_") for name in columns)
    place = {label: position for position, label in enumerate(classes)}
    if not {*frame["label"].unique()} <= {*classes}:
        raise RunError(Fault("texts with several labels have no analysis of errors", where=str(path)))
    ordered = frame.sort_values("id")
    tokens = ordered["token_list"].tolist() if "token_list" in ordered else [()] * len(ordered)
    return HeldOut(
        ids=ordered["id"].to_numpy(np.int64),
        texts=tuple(ordered["text"].tolist()),  # seven times as fast as to iterate over Arrow strings
        tokens=tuple(map(tuple, tokens)),
        labels=np.array([*map(place.__getitem__, ordered["label"].tolist())], np.int64),
        classes=classes,
        probabilities=ordered[columns].fillna(0.0).to_numpy(np.float64)[None],
        models=names[:1],
        recipes=names[1:],
    )
