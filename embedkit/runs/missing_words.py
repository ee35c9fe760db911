"""The missing words of a run's held-out texts, and the texts that its models learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from embedkit.evaluation.error_analysis.evidence import TrainingTexts
from embedkit.evaluation.error_analysis.word_values import MissingWords
from embedkit.model.token_states import OF_WORDS
from embedkit.runs import layout
from embedkit.runs.held_out_models import rows_held_out

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.runs.held_out_models import PredictedRun

TEXT_ENCODER = "a text encoder has a vector for every word"
BASELINE = "a baseline has no word vectors"
SEVERAL = "several recipes read words in different ways"
NO_TRAINING = "what words say is not known without predictions of training texts"


def missing_words_of(run: PredictedRun, classes: Sequence[str]) -> MissingWords | str:
    """Return the missing words of the held-out texts of a run as its first seed reads them.

    The texts are in the order of their ids. The training texts of a fold are the texts of all other folds;
    those of a run without folds are in its predictions. Returns the reason instead if the words of the run
    cannot be given vectors, or if there are no training texts.
    """
    if run.jobs:
        return SEVERAL
    if any(each.has(layout.BASELINE) for each in (run, *run.folds[:1])):
        return BASELINE
    rows = _of_first_seed(rows_held_out(run.path, run.predictions)).sort_values("id")
    if "token_pieces" in rows:
        return TEXT_ENCODER
    words = [
        {word for word, state in zip(tokens, states, strict=True) if state in OF_WORDS.missing}
        for tokens, states in zip(rows["token_list"], rows["token_states"], strict=True)
    ]
    if "fold" in rows:
        folds = rows["fold"].to_numpy(np.int64)
        numbers = np.unique(folds).tolist()
        training = {fold: _training_texts(rows[folds != fold], classes) for fold in numbers}
        return MissingWords(words, folds, training)
    train = _training_rows(run)
    if train.empty:
        return NO_TRAINING
    return MissingWords(words, np.zeros(len(words), np.int64), {0: _training_texts(train, classes)})


def _of_first_seed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["seed"] == rows["seed"].iloc[0]] if "seed" in rows else rows


def _training_texts(rows: pd.DataFrame, classes: Sequence[str]) -> TrainingTexts:
    place = {label: position for position, label in enumerate(classes)}
    return TrainingTexts([*rows["token_list"]], np.array([place[label] for label in rows["label"]], np.int64))


def _training_rows(run: PredictedRun) -> pd.DataFrame:
    """Return the predictions of the training texts of the run, or of its first seed."""
    found = (run.folds[0] if run.folds else run).predictions
    return found[(found["split"] == "train") & found["label"].notna()]
