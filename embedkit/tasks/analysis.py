"""What an evaluation leaves behind of its analysis: oov.json and table-drift.csv."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from embedkit.evaluation.oov.analysis import analyse
from embedkit.evaluation.oov.content import Content
from embedkit.evaluation.oov.drift import Drift, measure_drift, summarize_drift
from embedkit.inference.counterfactual import Trained, ask_policies
from embedkit.recipe.build import build_component

if TYPE_CHECKING:
    from embedkit.evaluation.predictions import Predictions
    from embedkit.inference.classifier import Classifier
    from embedkit.interfaces import FunctionWords
    from embedkit.model.table import EmbeddingTable
    from embedkit.plugin.registry import Registry
    from embedkit.recipe.sections.section import ComponentSpec
    from embedkit.runs.writer import RunWriter
    from embedkit.text.encoding import TokenizedSplit

DRIFT = ("id", "word", "count", "origin", "distance", "cosine", "gained", "lost")


def read_content(specs: Sequence[ComponentSpec], registry: Registry) -> Content:
    """What tells content tokens, by the function words of a recipe. Raises DataError where there are none."""
    words: set[str] = set()
    for index, spec in enumerate(specs):
        key = f"evaluation.function_words.{index}"
        component: FunctionWords = build_component(registry, "function-words", spec, key)
        words.update(component.words())
    return Content(words)


def write_analysis(
    writer: RunWriter,
    trained: Trained,
    splits: Mapping[str, TokenizedSplit],
    predictions: Mapping[str, Predictions],
    content: Content,
    registry: Registry,
    drift: Mapping[str, Any] | None = None,
) -> None:
    """oov.json: of every split coverage, missing words and errors; other policies; what training moved.

    Of several processes the main one does it alone.
    """
    if not writer.world.main:
        return
    labelling = trained.classifier.labelling
    found = {
        name: analyse(texts, content, labelling.classes, labelling.separator)
        for name, texts in predictions.items()
    }
    policies = ask_policies(trained, splits, predictions, registry)
    writer.json("oov.json", {"splits": found, "policies": policies, "drift": drift})


def write_drift(writer: RunWriter, classifier: Classifier, table: EmbeddingTable) -> dict[str, Any] | None:
    """table-drift.csv: every row but the padding's before and after training; the summary by origin.

    Nothing, and None, where training moved no row, and in all processes but the main one.
    """
    before = table.vectors[1:]
    after = classifier.model.embedding.weight.detach().cpu().numpy()[1:]
    if not writer.world.main or np.array_equal(before, after):
        return None
    vocabulary = classifier.input.vocabulary
    counts = [sum(vocabulary.dropped.values()), *vocabulary.counts]
    drift = measure_drift(before, after, counts)
    words = [*vocabulary.to_dict()][1:]
    writer.csv("table-drift.csv", DRIFT, _drift_rows(drift, words, counts, table.origin[1:]))
    return summarize_drift(drift, table.origin[1:])


def _drift_rows(
    drift: Drift, words: Sequence[str], counts: Sequence[int], origin: Sequence[str]
) -> Iterator[list[object]]:
    """Rows in the order of ids; neighbours as JSON lists of words, empty where they were not asked for."""
    query_of = {row: query for query, row in enumerate(drift.asked.tolist())}
    cosines = ["" if cosine != cosine else cosine for cosine in drift.cosine.tolist()]
    for row, distance in enumerate(drift.distance.tolist()):
        changed = drift.changed(query_of[row]) if row in query_of else ()
        lists = [json.dumps([words[i] for i in rows], ensure_ascii=False) for rows in changed] or ["", ""]
        yield [row + 1, words[row], counts[row], origin[row], distance, cosines[row], *lists]
