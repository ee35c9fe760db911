"""The files of a run directory about training and predictions, written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from embedkit.data.splits import has_labels
from embedkit.evaluation.comparison.baselines import Fitted, score_baselines
from embedkit.evaluation.metrics import score_metrics
from embedkit.evaluation.oov.columns import COLUMNS, cells
from embedkit.evaluation.prediction import header, row
from embedkit.evaluation.predictions import Predictions
from embedkit.evaluation.result import SplitMetrics, metrics_to_json
from embedkit.runs import layout

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.inference.classifier import Classifier
    from embedkit.interfaces import Metric
    from embedkit.runs.history import History
    from embedkit.runs.writer import RunWriter
    from embedkit.text.encoding import TokenizedSplit


def write_training(writer: RunWriter, history: History) -> None:
    """Write history.csv."""
    writer.csv(layout.HISTORY, history.header(), history.rows())


def write_evaluation(
    writer: RunWriter,
    classifier: Classifier,
    splits: Mapping[str, TokenizedSplit],
    metrics: Mapping[str, Metric],
    content: Content,
    baselines: Fitted | None = None,
) -> dict[str, Predictions]:
    """Evaluate every split, write metrics.json, the predictions and embedding.json; return the predictions.

    The predictions are returned by split. `content` separates content tokens from structural ones;
    `baselines` are scored next to the model. A split without labels has no metrics, only its number of texts.
    """
    results: dict[str, SplitMetrics] = {}
    covered: dict[str, object] = {}
    predictions: dict[str, Predictions] = {}
    for name, split in splits.items():
        judged = classifier.judge(split, writer.world)
        covered[name] = judged.coverage()
        predictions[name] = judged
        if not has_labels(split.examples):
            results[name] = SplitMetrics(len(judged))
            continue
        scored, threshold = judged.scored, classifier.threshold
        own = score_metrics(metrics, scored, judged.targets, classifier.classes, threshold)
        beside = score_baselines(
            baselines or {}, split.examples, scored, threshold, metrics, classifier.labelling
        )
        results[name] = replace(own, baselines=beside)
    writer.json(layout.METRICS, metrics_to_json(results))
    writer.predictions(
        [*header(classifier.classes), *COLUMNS],
        ([*row(text), *cells(text, content)] for texts in predictions.values() for text in texts),
        sum(map(len, predictions.values())),
    )
    rows = classifier.model.table_embedder.rows.by_origin()
    writer.json(layout.EMBEDDING, {"rows": rows, "coverage": covered})
    return predictions
