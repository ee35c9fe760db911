"""Vectors of texts by the embedding matrix of a finished run, and what training did to the matrix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from embedkit.errors import Fault, RunError
from embedkit.runs import layout

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.evaluation.error_analysis.nearest_texts import Predicted, VectorTexts
    from embedkit.evaluation.error_analysis.table_changes import TableRows
    from embedkit.interfaces import FloatArray
    from embedkit.runs.training_texts import ModelRun, ModelTexts

    Encode = Callable[[Sequence[str]], FloatArray]
    """Returns the vectors of texts, float32 [n, D]."""

    Vectors = Callable[[pd.DataFrame], FloatArray]
    """Returns the vectors of the texts in rows of predictions, float32 [n, D]."""

MEAN_OF_WORDS = "the mean vector of the covered words of a text"

COVERED = ("found", "recovered")
"""The origins of rows whose vectors came from the source."""


def predicted_of(models: Iterable[ModelTexts], encode: Encode | None) -> Iterator[Predicted]:
    """Yield the held-out texts and the training texts of each model with their vectors.

    They are those that `encode` gives, or the mean rows of the model's own embedding matrix. Raises RunError
    if it has none, or the run does not have its training texts.
    """
    from embedkit.evaluation.error_analysis.nearest_texts import Predicted

    for model in models:
        if model.training.empty:
            what = "the files of this run do not have its training texts"
            hint = "They do with evaluation.predictions: all."
            raise RunError(Fault(what, where=str(model.run.path), hint=hint))
        vectors = _encoded(encode) if encode is not None else RowMeans(model.run).of
        held_out, training = (_vectored(rows, vectors) for rows in (model.held_out, model.training))
        yield Predicted(held_out, tuple(model.held_out["predicted"]), training)


def _encoded(encode: Encode) -> Vectors:
    return lambda rows: encode([*rows["text"]])


def _vectored(rows: pd.DataFrame, vectors: Vectors) -> VectorTexts:
    from embedkit.evaluation.error_analysis.nearest_texts import VectorTexts

    ids = rows["id"].to_numpy(np.int64)
    return VectorTexts(ids, tuple(rows["text"]), tuple(rows["label"]), vectors(rows))


class RowMeans:
    """The embedding matrix of a trained model, in which vectors of texts are looked up."""

    def __init__(self, run: ModelRun) -> None:
        refuse_without_table(run)
        self._table: FloatArray = run.embedding_frame().to_numpy()
        origins = run.vocabulary["origin"]
        pairs = enumerate(zip(run.vocabulary["word"], origins, strict=True))
        self._rows = {word: row for row, (word, origin) in pairs if origin in COVERED}

    def of(self, texts: pd.DataFrame) -> FloatArray:
        """Return the mean of the rows of the covered tokens of each text; zeros where there are none."""
        from scipy.sparse import csr_array

        known = self._rows
        rows = [[known[token] for token in tokens if token in known] for tokens in texts["token_list"]]
        lengths = np.array([len(each) for each in rows], np.int64)
        ends = np.concatenate([[0], lengths.cumsum()])
        columns = np.array([row for each in rows for row in each], np.int64)
        weights = np.repeat(1 / np.maximum(lengths, 1), lengths).astype(np.float32)
        shape = (len(rows), len(self._table))
        return np.asarray(csr_array((weights, columns, ends), shape=shape) @ self._table, np.float32)


def refuse_without_table(run: ModelRun) -> None:
    """Raise RunError unless the run trained a model with an embedding matrix."""
    if not run.has(layout.EMBEDDING_BEFORE):
        raise RunError(Fault("the model of this run has no embedding matrix", where=str(run.path)))


def table_rows(model: ModelTexts) -> TableRows:
    """Return the rows of the embedding matrix of a model, without the padding row."""
    from embedkit.evaluation.error_analysis.table_changes import TableRows
    from embedkit.evaluation.error_analysis.tendency import tendencies

    words = model.run.vocabulary.iloc[1:]
    return TableRows(
        model=model.run.path.name,
        words=tuple(words["word"]),
        counts=words["count"].to_numpy(np.int64),
        origins=tuple(words["origin"]),
        tendencies=tendencies(model.training["token_list"], [*model.training["label"]]),
    )
