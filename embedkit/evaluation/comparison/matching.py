"""Matching of the predictions of several runs by example id, with the reason if the examples differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedkit.errors import Fault, RunError

if TYPE_CHECKING:
    import pandas as pd

DRAWN = "A share of the training data is drawn by the seed: read data.test from a file, or use data.folds."


@dataclass(frozen=True)
class Judged:
    """The predictions of the run `name` on a split: one row for each example, in the order of ids.

    `examples` is indexed by id, with text, label, predicted, the out-of-vocabulary shares and, if
    cross-validated, fold; if there are several seeds, they are the first seed's. `right` has a column for
    each seed: 1.0 for a correct prediction, 0.0 for a wrong one.
    """

    name: str
    examples: pd.DataFrame
    right: pd.DataFrame

    @property
    def folds(self) -> bool:
        """Return whether the run was cross-validated, so that each example was held out in a fold."""
        return "fold" in self.examples

    @property
    def shares(self) -> pd.Series:
        """Return, for each example, the share of the seeds whose prediction is correct."""
        return self.right.mean(axis=1)

    @property
    def accuracies(self) -> list[float]:
        """Return the accuracy of each seed."""
        return [float(accuracy) for accuracy in self.right.mean()]


def judged(name: str, predictions: pd.DataFrame) -> Judged:
    """Convert one split of a predictions.csv, with a row for each example and seed, to a row per example.

    Raises RunError, which names the run `name`, if a seed has an example twice or lacks one that another has.
    """
    frame = predictions.assign(right=(predictions["label"] == predictions["predicted"]).astype(float))
    if "seed" not in frame:
        frame = frame.assign(seed=0)
    if frame.duplicated(["id", "seed"]).any():
        twice = frame.loc[frame.duplicated(["id", "seed"]), "id"].iloc[0]
        raise RunError(Fault(f"example {twice} was predicted twice", where=name))
    right = frame.pivot(index="id", columns="seed", values="right").sort_index()
    if right.isna().to_numpy().any():
        what = "its seeds were not evaluated on the same examples"
        raise RunError(Fault(what, where=name, hint=DRAWN))
    examples = frame[frame["seed"] == frame["seed"].iloc[0]].set_index("id").sort_index()
    return Judged(name, examples, right)


def refuse_different(runs: Sequence[Judged]) -> None:
    """Raise RunError, with a fault for each run that was not evaluated on the examples of the first one."""
    first, *others = runs
    faults = [
        Fault(what, where=f"{first.name} and {run.name}", hint=hint)
        for run in others
        for what, hint in [*_different(first, run)][:1]
    ]
    if faults:
        raise RunError(*faults)


def _different(first: Judged, second: Judged) -> Iterator[tuple[str, str | None]]:
    """Yield why two runs cannot be compared, the most important reason first, each with a hint or None."""
    ids, others = first.examples.index, second.examples.index
    if not ids.equals(others):
        yield _other_ids(first, second)
        return
    for column, meaning in (("text", "text"), ("label", "label")):
        apart = (first.examples[column] != second.examples[column]).to_numpy()
        if apart.any():
            example = ids[apart][0]
            values = [f"'{str(run.examples.loc[example, column])[:60]}'" for run in (first, second)]
            what = f"example {example} has another {meaning}: {values[0]} and {values[1]}"
            yield f"{what} ({int(apart.sum()):,} of {len(ids):,} differ)", None
    if first.folds != second.folds:
        yield "one of them was cross-validated, the other was not", None
    elif first.folds and (moved := (first.examples["fold"] != second.examples["fold"]).to_numpy()).any():
        folds = [run.examples["fold"][moved].iloc[0] for run in (first, second)]
        yield f"example {ids[moved][0]} was held out in fold {folds[0]} and in fold {folds[1]}", None


def _other_ids(first: Judged, second: Judged) -> tuple[str, str | None]:
    ids, others = first.examples.index, second.examples.index
    said = [
        f"{len(only):,} examples of the {which} one alone, such as id {only[0]}"
        for which, only in (("first", ids.difference(others)), ("second", others.difference(ids)))
        if len(only)
    ]
    both = ids.intersection(others)
    what = f"not evaluated on the same examples: {' and '.join(said)}; {len(both):,} of both"
    if not len(both):
        return what, None
    same = (first.examples.loc[both, "text"] == second.examples.loc[both, "text"]).all()
    return (what, DRAWN) if same else (f"{what}, whose texts differ", None)
