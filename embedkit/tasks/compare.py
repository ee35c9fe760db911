"""Compare finished runs example by example: which is better, and is the difference significant?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations
from os import PathLike
from statistics import stdev
from typing import TYPE_CHECKING

from embedkit.errors import Fault, RunError
from embedkit.evaluation.comparison.compared_run import ComparedRun
from embedkit.evaluation.comparison.matching import Judged, judged, refuse_different
from embedkit.evaluation.comparison.pairs import (
    PairComparison,
    changed_sides,
    compare_pair,
    coverage_by_side,
)
from embedkit.evaluation.comparison.result import Comparison
from embedkit.evaluation.comparison.several import holm
from embedkit.runs.run import Run

if TYPE_CHECKING:
    import pandas as pd


def compare(runs: Sequence[str | PathLike[str] | Run], split: str | None = None) -> Comparison:
    """Compare two or more finished runs on the same examples of `split`, by default their last split.

    Raises RunError if a run is unfinished, given twice or damaged, has no predictions or no such split, or if
    the runs were not evaluated on the same examples; the error then says how the examples differ.
    """
    opened = _open(runs)
    split = split or _last_split(opened)
    matched = [_judged(name, run, split) for name, run in opened.items()]
    refuse_different(matched)
    labels = matched[0].examples["label"].unique()
    return Comparison(
        split=split,
        n=len(matched[0].examples),
        one_class=str(labels[0]) if len(labels) == 1 else None,
        compared_runs=tuple(map(_described, matched)),
        compared_pairs=tuple(_pairs(opened, matched)),
        sides=tuple(chain.from_iterable(coverage_by_side(*pair) for pair in combinations(matched, 2))),
        changed=_changed(matched),
    )


def _open(runs: Sequence[str | PathLike[str] | Run]) -> dict[str, Run]:
    """Open the runs and return them by name: the last part of each path, or whole paths if two are equal.

    Raises RunError for fewer than two runs, for a run given twice, and for a run without predictions.
    """
    if isinstance(runs, str | PathLike) or len(runs) < 2:
        raise RunError(Fault("there is nothing to compare with: name two runs or more"))
    opened = [run if isinstance(run, Run) else Run(run) for run in runs]
    whole = [run.path.resolve() for run in opened]
    twice = [run for index, run in enumerate(opened) if whole[index] in whole[:index]]
    if twice:
        raise RunError(*(Fault("this run is given twice", where=str(run.path)) for run in twice))
    for run in opened:
        run.refuse_ranking("predictions")
        if not run.has_predictions:
            raise RunError(Fault("this run predicted no texts", where=str(run.path)))
    names = [path.name for path in whole]
    unique = len({*names}) == len(names)
    return dict(zip(names if unique else map(str, (run.path for run in opened)), opened, strict=True))


def _last_split(runs: Mapping[str, Run]) -> str:
    """Return the last split that the runs predict. Raises RunError if it is not the same split for all."""
    last = {name: [*run.metrics][-1] for name, run in runs.items()}
    if len({*last.values()}) > 1:
        said = ", ".join(f"{name} on {split}" for name, split in last.items())
        hint = "Name a split that all of them have: --split."
        raise RunError(Fault(f"they were not evaluated on the same split: {said}", hint=hint))
    return next(iter(last.values()))


def _judged(name: str, run: Run, split: str) -> Judged:
    rows = run.predictions[run.predictions["split"] == split]
    if rows.empty:
        allowed = tuple(str(each) for each in run.predictions["split"].unique())
        raise RunError(Fault(f"this run has no predictions of '{split}'", str(run.path), allowed=allowed))
    if not run.labelled(split):
        raise RunError(
            Fault(f"the texts of '{split}' have no labels: nothing is right or wrong", str(run.path))
        )
    return judged(name, rows)


def _pairs(opened: Mapping[str, Run], matched: Sequence[Judged]) -> list[PairComparison]:
    """Compare every two runs; their p-values are corrected for the number of pairs."""
    ratio = _test_per_training([*opened.values()]) if matched[0].folds else None
    pairs = [compare_pair(first, second, ratio) for first, second in combinations(matched, 2)]
    corrected = holm([pair.p for pair in pairs])
    return [replace(pair, p_holm=p) for pair, p in zip(pairs, corrected, strict=True)]


def _changed(matched: Sequence[Judged]) -> pd.DataFrame:
    """Return the examples on which the runs of any pair differ."""
    import pandas as pd

    changed = [changed_sides(first, second) for first, second in combinations(matched, 2)]
    tables = [table for table in changed if len(table)] or changed[:1]
    return pd.concat(tables, ignore_index=True)


def _described(run: Judged) -> ComparedRun:
    accuracies = run.accuracies
    return ComparedRun(
        run=run.name,
        accuracy=float(run.shares.mean()),
        seeds=len(accuracies),
        seed_std=stdev(accuracies) if len(accuracies) > 1 else None,
        folds=int(run.examples["fold"].nunique()) if run.folds else None,
    )


def _test_per_training(runs: Sequence[Run]) -> float:
    """Return the largest ratio of test to training examples over all folds of all runs.

    Raises RunError if the run of a fold has no metrics of its training or test split.
    """
    splits = [inner.results for run in runs for inner in run.folds]
    if not all({"train", "test"} <= each.keys() for each in splits):
        what = "a run of a fold has no figures of its training and its test split"
        raise RunError(Fault(what, where=str(runs[0].path)))
    return max(each["test"].n / each["train"].n for each in splits)
