"""The texts that each model of a finished run was trained on, and its held-out ones, from its predictions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from embedkit.evaluation.predictions import TRAINING

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.runs.axes import Axes

COLUMNS = ("split", "id", "label", "predicted", "text", "token_list")


class ModelRun(Protocol):
    """A run that trained one model: a `Run`."""

    path: Path

    @property
    def axes(self) -> Axes: ...

    @property
    def vocabulary(self) -> pd.DataFrame: ...

    def has(self, name: str) -> bool: ...

    def embedding_frame(self, when: Literal["before", "after"] = "after") -> pd.DataFrame: ...

    def read_predictions(
        self, columns: Collection[str] | None = None, rows: Collection[int] | None = None
    ) -> pd.DataFrame: ...


@dataclass(frozen=True)
class ModelTexts:
    """The run of one model, and rows of predictions: of the texts that it held out, and of those of training.

    The latter are none if the run does not have them.
    """

    run: ModelRun
    held_out: pd.DataFrame
    training: pd.DataFrame


def texts_of_models(run: ModelRun, folds: Sequence[ModelRun], held_out: pd.DataFrame) -> Iterator[ModelTexts]:
    """Yield the texts of each model of a run: of every fold, with the first seed, or of the only one.

    `held_out` has the predictions of all held-out texts.
    """
    if not folds:
        yield ModelTexts(run, held_out, _training(run, held_out.iloc[:0]))
        return
    seed = held_out["seed"].iloc[0]
    same = held_out[held_out["seed"] == seed]
    for fold in folds:
        if fold.axes.seed == seed:
            own = same[same["fold"] == fold.axes.fold] if "fold" in same else same
            yield ModelTexts(fold, own, _training(fold, same))


def _training(run: ModelRun, others: pd.DataFrame) -> pd.DataFrame:
    """Return the training texts of a model, without those that have no label.

    They are looked up in `others`, which the folds of the run held out, as reading tokens takes time. If the
    model's own predictions have held-out texts alone, they are all that it did not hold out.
    """
    own = run.read_predictions(("split", "id"))
    training = own[own["split"] == TRAINING]
    known = others["id"].isin(training["id"]) if len(training) else ~others["id"].isin(own["id"])
    found = others.loc[known]
    if len(found) < len(training):
        found = run.read_predictions(COLUMNS)
        found = found[found["split"] == TRAINING]
    return found[found["label"].notna()]
