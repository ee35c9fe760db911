"""The out-of-vocabulary analysis that an evaluation writes: oov.json and table-drift.csv."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from embedkit.evaluation.oov.analysis import analyse
from embedkit.evaluation.oov.content import Content
from embedkit.evaluation.oov.drift import Drift, measure_drift, summarize_drift
from embedkit.evaluation.oov.result import DriftSummary, OovAnalysis, OtherPolicies, SplitAnalysis, to_json
from embedkit.inference.counterfactual import Trained, ask_policies
from embedkit.runs import layout

if TYPE_CHECKING:
    from embedkit.evaluation.predictions import Predictions
    from embedkit.inference.classifier import Classifier
    from embedkit.model.table import EmbeddingTable
    from embedkit.runs.writer import RunWriter

NO_VECTORS = "the model has no vectors, and so no policy for words without one"
"""Why no other policy can be asked for a baseline."""

NO_POLICY = "the model reads words in pieces, and so has no policy for words without a vector"
"""Why no other policy can be asked for a text encoder."""

DRIFT = ("id", "word", "count", "origin", "distance", "cosine", "gained", "lost")


def write_analysis(
    writer: RunWriter,
    trained: Trained,
    predictions: Mapping[str, Predictions],
    content: Content,
    drift: Mapping[str, DriftSummary] | None = None,
) -> None:
    """Write oov.json: coverage, missing words and errors of every split, other policies, and table drift.

    Only the main process writes; the others return at once.
    """
    if writer.group.is_main:
        policies = ask_policies(trained, predictions)
        writer.json(layout.OOV, to_json(OovAnalysis(_by_split(predictions, content), policies, drift)))


def write_words(
    writer: RunWriter, predictions: Mapping[str, Predictions], content: Content, why: str = NO_VECTORS
) -> None:
    """Write the oov.json of a model without rows of words: the words of every split, and the errors.

    No policy fills its rows, as it has none: `why` says so.
    """
    if not writer.group.is_main:
        return
    policies = OtherPolicies("", why, {}, {})
    writer.json(layout.OOV, to_json(OovAnalysis(_by_split(predictions, content), policies, None)))


def _by_split(predictions: Mapping[str, Predictions], content: Content) -> dict[str, SplitAnalysis]:
    """Return the analysis of every split by name."""
    return {name: analyse(texts, content) for name, texts in predictions.items()}


def write_drift(
    writer: RunWriter, classifier: Classifier, table: EmbeddingTable
) -> dict[str, DriftSummary] | None:
    """Write table-drift.csv and return its summary by origin of the rows.

    The file compares every row of the embedding matrix, except the padding row, before and after training.
    Returns None, and writes nothing, if training changed no row, and in every process but the main one.
    """
    before = table.vectors[1:]
    after = classifier.model.table_embedder.vectors()[1:]
    if not writer.group.is_main or np.array_equal(before, after):
        return None
    vocabulary = table.rows.vocabulary
    counts = [sum(vocabulary.dropped.values()), *vocabulary.counts]
    drift = measure_drift(before, after, counts)
    words = table.rows.words[1:]
    writer.csv(layout.DRIFT, DRIFT, _drift_rows(drift, words, counts, table.rows.origin[1:]))
    return summarize_drift(drift, table.rows.origin[1:])


def _drift_rows(
    drift: Drift, words: Sequence[str], counts: Sequence[int], origin: Sequence[str]
) -> Iterator[list[object]]:
    """Yield the rows of table-drift.csv in the order of word ids.

    Neighbours gained and lost are JSON lists of words; the cells are empty for a row whose neighbours were
    not computed.
    """
    query_of = {row: query for query, row in enumerate(drift.asked.tolist())}
    cosines = ["" if cosine != cosine else cosine for cosine in drift.cosine.tolist()]
    for row, distance in enumerate(drift.distance.tolist()):
        changed = drift.changed(query_of[row]) if row in query_of else ()
        lists = [json.dumps([words[i] for i in rows], ensure_ascii=False) for rows in changed] or ["", ""]
        yield [row + 1, words[row], counts[row], origin[row], distance, cosines[row], *lists]
