"""The analyses of a run's errors: `run.errors`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from embedkit.errors import Fault, RunError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from embedkit.evaluation.error_analysis.confusion_words import ConfusionWords
    from embedkit.evaluation.error_analysis.curves import Curves
    from embedkit.evaluation.error_analysis.held_out import HeldOut
    from embedkit.evaluation.error_analysis.slices import Slices

SPLITS = ("test", "validation")
"""The splits whose texts a model was not trained on, the one to be preferred first."""


class PredictedRun(Protocol):
    """A run that has predictions: a `Run`."""

    path: Path

    @property
    def predictions(self) -> pd.DataFrame: ...


class RunErrors:
    """What the errors of a run on held-out texts are. Every analysis is made when it is first asked for."""

    def __init__(self, run: PredictedRun) -> None:
        self._run = run

    @cached_property
    def held_out(self) -> HeldOut:
        """Return what the models of the run predict of the texts that were held out, a model for each seed.

        Raises RunError if the run has no predictions of labelled held-out texts with one label each.
        """
        return _held_out(self._run, self._frame)

    @cached_property
    def curves(self) -> Curves:
        """Return how good the probabilities of the first model are: curves, calibration, confusions."""
        from embedkit.evaluation.error_analysis.curves import curves

        return curves(self.held_out)

    @cached_property
    def slices(self) -> Slices:
        """Return the words and lengths whose texts are wrong more often, confirmed on half of the texts.

        The function `find_slices` takes groups of texts, another level or another seed.
        """
        from embedkit.evaluation.error_analysis.slices import find_slices

        return find_slices(self.held_out)

    @cached_property
    def confusion_words(self) -> ConfusionWords:
        """Return the most frequent confusion pairs, and the words that tell their texts from right ones."""
        from embedkit.evaluation.error_analysis.confusion_words import confusion_words

        return confusion_words(self.held_out)

    @cached_property
    def _frame(self) -> pd.DataFrame:
        """Return the predictions of labelled held-out texts; those of the test split where there is one."""
        found = self._run.predictions
        splits = {*found["split"]}
        split = next((name for name in SPLITS if name in splits), None)
        if split is None:
            raise RunError(Fault("this run has no predictions of held-out texts", where=str(self._run.path)))
        frame = found[(found["split"] == split) & found["label"].notna()]
        if frame.empty:
            raise RunError(Fault(f"the texts of {split} have no labels", where=str(self._run.path)))
        return frame


def _held_out(run: PredictedRun, frame: pd.DataFrame) -> HeldOut:
    from embedkit.evaluation.error_analysis.held_out import HeldOut

    columns = [name for name in frame if str(name).startswith("p_")]
    classes = tuple(str(name).removeprefix("p_") for name in columns)
    place = {label: position for position, label in enumerate(classes)}
    if not {*frame["label"]} <= {*classes}:
        raise RunError(Fault("texts with several labels have no analysis of errors", where=str(run.path)))
    seeds = [*dict.fromkeys(frame["seed"])] if "seed" in frame else [None]
    parts = [(frame if seed is None else frame[frame["seed"] == seed]).sort_values("id") for seed in seeds]
    first = parts[0]
    return HeldOut(
        ids=first["id"].to_numpy(np.int64),
        texts=tuple(first["text"]),
        tokens=tuple(map(tuple, first["token_list"])),
        labels=np.array([place[label] for label in first["label"]], np.int64),
        classes=classes,
        probabilities=np.stack([part[columns].to_numpy(np.float64) for part in parts]),
        models=tuple("the run" if seed is None else f"seed {seed}" for seed in seeds),
    )
