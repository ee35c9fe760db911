"""Compare finished runs example by example: which is better, and is the difference significant?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from os import PathLike
from statistics import stdev
from typing import TYPE_CHECKING, Any

from embedkit.errors import Fault, RunError
from embedkit.evaluation.comparison.matching import Judged, judged, refuse_different
from embedkit.evaluation.comparison.outcome import Comparison
from embedkit.evaluation.comparison.pairs import changed_sides, compare_pair, coverage_by_side
from embedkit.evaluation.comparison.several import holm
from embedkit.evaluation.comparison.wording import pair_verdict
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
    matched = {name: _judged(name, run, split) for name, run in opened.items()}
    refuse_different(matched)
    labels = next(iter(matched.values())).examples["label"].unique()
    return Comparison(
        split=split,
        n=len(next(iter(matched.values())).examples),
        one_class=str(labels[0]) if len(labels) == 1 else None,
        **_tables(opened, matched),
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


def _tables(opened: Mapping[str, Run], matched: Mapping[str, Judged]) -> dict[str, pd.DataFrame]:
    import pandas as pd

    ratio = _test_per_training([*opened.values()]) if next(iter(matched.values())).folds else None
    pairs, changed, coverage = [], [], []
    for (first, one), (second, other) in combinations(matched.items(), 2):
        names = {"first": first, "second": second}
        pairs.append({**names, **compare_pair(one, other, ratio)})
        changed.append(changed_sides(one, other).assign(**names))
        coverage += [{**names, **side} for side in coverage_by_side(one, other)]
    for pair, p in zip(pairs, holm([pair["p"] for pair in pairs]), strict=True):
        pair["p_holm"] = p
        pair["verdict"] = pair_verdict(pair)
    tables = {"pairs": pd.DataFrame(pairs), "coverage": pd.DataFrame(coverage)}
    rows = [{"run": name, **_described(run)} for name, run in matched.items()]
    sides = [table for table in changed if len(table)] or changed[:1]
    return {"runs": pd.DataFrame(rows), **tables, "changed": pd.concat(sides, ignore_index=True)}


def _described(run: Judged) -> dict[str, Any]:
    accuracies = [float(accuracy) for accuracy in run.right.mean()]
    return {
        "accuracy": float(run.shares.mean()),
        "seeds": len(accuracies),
        "seed_std": stdev(accuracies) if len(accuracies) > 1 else None,
        "folds": int(run.examples["fold"].nunique()) if run.folds else None,
    }


def _test_per_training(runs: Sequence[Run]) -> float:
    """Return the largest ratio of test to training examples over all folds of all runs.

    Raises RunError if the run of a fold has no metrics of its training or test split.
    """
    figures = [inner.metrics for run in runs for inner in run.folds]
    if not all({"train", "test"} <= each.keys() for each in figures):
        what = "a run of a fold has no figures of its training and its test split"
        raise RunError(Fault(what, where=str(runs[0].path)))
    return max(float(figure["test"]["n"] / figure["train"]["n"]) for figure in figures)
