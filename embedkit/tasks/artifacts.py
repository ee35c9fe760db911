"""The files of a run directory about training and predictions, written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from embedkit.data.splits import has_labels
from embedkit.evaluation.comparison.baselines import Fitted, score_baselines
from embedkit.evaluation.metrics import score_metrics
from embedkit.evaluation.oov.columns import cells, columns
from embedkit.evaluation.oov.fits import fits_to_json
from embedkit.evaluation.predictions import header, held_out, row
from embedkit.evaluation.result import SplitMetrics, metrics_to_json
from embedkit.model.token_states import OF_WORDS
from embedkit.runs import layout

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.evaluation.predictions import Predictions
    from embedkit.inference.predictor import Predictor
    from embedkit.interfaces import Metric
    from embedkit.model.policy_fit import PolicyFit
    from embedkit.runs.history import History
    from embedkit.runs.writer import RunWriter


def write_training(writer: RunWriter, history: History) -> None:
    """Write history.csv."""
    writer.csv(layout.HISTORY, history.header(), history.rows())


def write_metrics(
    writer: RunWriter,
    predictions: Mapping[str, Predictions],
    metrics: Mapping[str, Metric],
    baselines: Fitted,
) -> None:
    """Write metrics.json: the metrics of every split, and those of `baselines` next to the model's.

    A split without labels has no metrics, only its number of texts.
    """
    results: dict[str, SplitMetrics] = {}
    for name, judged in predictions.items():
        if not has_labels(judged.split.examples):
            results[name] = SplitMetrics(len(judged))
            continue
        classes = judged.labelling.classes
        own = score_metrics(metrics, judged.scored, judged.targets, classes, judged.threshold)
        results[name] = replace(own, baselines=score_baselines(baselines, judged, metrics))
    writer.json(layout.METRICS, metrics_to_json(results))


def write_predictions(
    writer: RunWriter, classes: Sequence[str], predictions: Mapping[str, Predictions], content: Content
) -> None:
    """Write the predictions of every split. `content` separates content tokens from structural ones."""
    state_set = next((texts.token_states.state_set for texts in predictions.values()), OF_WORDS)
    writer.predictions(
        [*header(classes, state_set), *columns(state_set)],
        ([*row(text), *cells(text, content)] for texts in predictions.values() for text in texts),
        sum(map(len, predictions.values())),
    )


def write_coverage(
    writer: RunWriter,
    classifier: Predictor,
    predictions: Mapping[str, Predictions],
    fits: Sequence[PolicyFit] = (),
) -> None:
    """Write embedding.json: origins of rows, coverage of splits, and the fits of policies that learn."""
    covered = {name: judged.coverage() for name, judged in predictions.items()}
    learnt = {"fits": fits_to_json(fits)} if fits else {}
    writer.json(layout.EMBEDDING, {"rows": classifier.rows.by_origin(), "coverage": covered, **learnt})


def shown(
    predictions: Mapping[str, Predictions], which: Literal["all", "held-out"]
) -> Mapping[str, Predictions]:
    """Return the predictions that stand in the run's files, as `evaluation.predictions` says."""
    return held_out(predictions) if which == "held-out" else predictions
