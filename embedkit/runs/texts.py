"""Find a text in the predictions of a run, and the inner run that held it out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from embedkit.errors import Fault, RunError

if TYPE_CHECKING:
    from embedkit.runs.run import Run


def rows_of(run: Run, number: int, split: str | None) -> list[dict[Hashable, Any]]:
    """Return predictions with the id `number`, in `split` or in all. Raises RunError if there are none."""
    predictions = run.read_predictions(("split", "id"))
    splits = [*dict.fromkeys(predictions["split"])]
    if split is not None and split not in splits:
        raise RunError(Fault.unknown("split", split, splits, where=str(run.path)))
    found = predictions[predictions["id"] == number]
    if split is not None:
        found = found[found["split"] == split]
    if found.empty:
        of = split or " or ".join(splits)
        raise RunError(Fault(f"no text of {of} has the id {number}", where=str(run.path)))
    return run.read_predictions(rows=found.index.tolist()).to_dict("records")


def run_of(run: Run, row: Mapping[Hashable, Any]) -> tuple[Run, str]:
    """Return the inner run that made a prediction, and the split. Raises RunError if there is no such run."""
    for inner in run.folds:
        if (inner.axes.fold, inner.axes.seed) == (row.get("fold"), row["seed"]):
            return inner, row["split"]
    raise RunError(Fault("its predictions are of runs that it has not", where=str(run.path)))
