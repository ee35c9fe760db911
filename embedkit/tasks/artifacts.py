"""The files of a run directory that describe a trained model and its predictions, written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from embedkit.data.splits import has_labels
from embedkit.evaluation.comparison.baselines import Fitted, score_baselines
from embedkit.evaluation.metrics import score_metrics
from embedkit.evaluation.oov.columns import COLUMNS, cells
from embedkit.evaluation.prediction import header, row
from embedkit.evaluation.predictions import Predictions
from embedkit.model.summary import describe_model
from embedkit.runs import layout
from embedkit.text.vocabulary import PAD_ID, UNK_ID

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.inference.classifier import Classifier
    from embedkit.interfaces import Metric
    from embedkit.model.table import EmbeddingTable
    from embedkit.model.unseen import Unseen
    from embedkit.runs.history import History
    from embedkit.runs.writer import RunWriter
    from embedkit.text.encoding import TokenizedSplit

DESCRIBED = 1000
"""Tokens of the text that model.txt describes, at most, where padding is left alone."""


def write_model(writer: RunWriter, classifier: Classifier, table: EmbeddingTable) -> None:
    """Write the weights, the embedding matrix before training, and the vocabulary and model files.

    The files are weights.safetensors, embedding-before.safetensors, vocabulary.csv, dropped.csv, model.json
    and model.txt.
    """
    import torch

    model, text = classifier.model, classifier.input
    writer.tensors(layout.WEIGHTS, model.state_dict())
    writer.tensors(layout.EMBEDDING_BEFORE, {"embedding.weight": torch.from_numpy(table.vectors)})
    writer.csv(
        layout.VOCABULARY, ["id", "word", "count", "origin", "via"], _vocabulary_rows(classifier, table)
    )
    writer.csv(layout.DROPPED, ["word", "count"], [*text.vocabulary.dropped.items()])
    writer.json(
        layout.MODEL,
        {
            "classes": classifier.classes,
            "table": list(table.vectors.shape),
            "encoder_output_dim": model.output_dim,
            "parameters": sum(p.numel() for p in model.parameters()),
            "trainable_parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
            "max_length": text.max_length,
            "pad_to": text.pad_to,
        },
    )
    writer.text(
        layout.MODEL_SUMMARY, describe_model(model, text.pad_to or min(text.max_length or 20, DESCRIBED))
    )


def write_unseen(writer: RunWriter, unseen: Unseen) -> None:
    """Write unseen.csv and unseen.safetensors: words that training did not have, and their vectors."""
    import torch

    known = [*zip(unseen.words, unseen.origin, unseen.via, strict=True)]
    missing = [(word, "unk", "") for word in unseen.missing]
    writer.csv(layout.UNSEEN, ["word", "origin", "via"], [*known, *missing])
    writer.tensors(layout.UNSEEN_VECTORS, {"embedding.weight": torch.from_numpy(unseen.vectors)})


def _vocabulary_rows(classifier: Classifier, table: EmbeddingTable) -> list[list[object]]:
    vocabulary = classifier.input.vocabulary
    counts = {PAD_ID: 0, UNK_ID: sum(vocabulary.dropped.values())}
    counts |= dict(enumerate(vocabulary.counts, len(counts)))
    return [
        [row, word, counts[row], table.origin[row], table.via[row]]
        for word, row in vocabulary.to_dict().items()
    ]


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
    figures: dict[str, Any] = {}
    covered: dict[str, Any] = {}
    predictions: dict[str, Predictions] = {}
    for name, split in splits.items():
        judged = classifier.judge(split, writer.world)
        covered[name] = judged.coverage()
        predictions[name] = judged
        if not has_labels(split.examples):
            figures[name] = {"n": len(judged)}
            continue
        scored, labels = judged.scored, judged.targets
        figures[name] = score_metrics(metrics, scored, labels, classifier.classes, classifier.threshold)
        if baselines:
            figures[name]["baselines"] = score_baselines(
                baselines, split.examples, scored, classifier.threshold, metrics, classifier.labelling
            )
    writer.json(layout.METRICS, figures)
    writer.predictions(
        [*header(classifier.classes), *COLUMNS],
        ([*row(text), *cells(text, content)] for texts in predictions.values() for text in texts),
        sum(map(len, predictions.values())),
    )
    trained = classifier.origin[: len(classifier.origin) - classifier.looked_up]
    writer.json(layout.EMBEDDING, {"rows": dict(Counter(trained)), "coverage": covered})
    return predictions
