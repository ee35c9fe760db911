"""Baselines beside a model: fitted to its training split, scored on its splits, tested against it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np

from embedkit.errors import DataError, EmbedkitError
from embedkit.evaluation.comparison.paired import bootstrap_interval, p_value
from embedkit.evaluation.comparison.power import smallest_difference
from embedkit.evaluation.comparison.several import holm
from embedkit.evaluation.intervals import wilson_interval
from embedkit.evaluation.metrics import score_metrics
from embedkit.evaluation.scoring import Scored
from embedkit.interfaces.contracts import check_chosen, check_probabilities
from embedkit.interfaces.flags import TASKS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.data.examples import Examples
    from embedkit.data.labels import Labelling
    from embedkit.interfaces import Baseline, BoolArray, FittedBaseline, IntArray, Metric

log = logging.getLogger(__name__)

THRESHOLD = 0.5
"""From which probability a baseline predicts: a recipe's threshold is its model's."""

Fitted = Mapping[str, "FittedBaseline | str"]
"""Baselines by name; in place of one that is left out, why it is."""


def fit_baselines(
    baselines: Mapping[str, Baseline], examples: Examples, labelling: Labelling
) -> dict[str, FittedBaseline | str]:
    """Fit baselines to the training split, and return them by name.

    For a baseline that is left out, the value is the reason.
    """
    texts, labels = examples.texts, labelling.targets(examples.labels)
    return {name: _fit(baseline, texts, labels, labelling) for name, baseline in baselines.items()}


def _fit(
    baseline: Baseline, texts: Sequence[str], labels: IntArray | BoolArray, labelling: Labelling
) -> FittedBaseline | str:
    if labelling.task not in TASKS.of(baseline):
        return f"it cannot learn a {labelling.task} task"
    try:
        return baseline.fit(texts, labels, labelling.classes)
    except EmbedkitError as error:
        return _left_out(error)


def _left_out(error: EmbedkitError) -> str:
    """Return the reason why a baseline is left out, and warn if it failed.

    A DataError is no failure: it says that the baseline cannot learn from these data.
    """
    if not isinstance(error, DataError):
        log.warning("a baseline is left out: %s", error)
    return "; ".join(fault.what for fault in error.faults)


def score_baselines(
    baselines: Fitted,
    examples: Examples,
    scored: Scored,
    threshold: float,
    metrics: Mapping[str, Metric],
    labelling: Labelling,
) -> dict[str, dict[str, Any]]:
    """Return, by name, the metrics of each baseline on a split and their comparison with the model.

    `against_model` compares its accuracy with the model's, as `against` does. `chosen` has the parameters
    that the baseline selected by itself, if any. `scored` has the model's probabilities for the split, and
    `threshold` is the model's own. For a baseline that is left out, there is only `left_out`, the reason.
    """
    texts, labels = examples.texts, labelling.targets(examples.labels)
    model_right = _right(labels, scored.predicted(threshold))
    figures: dict[str, dict[str, Any]] = {}
    for name, fitted in baselines.items():
        if isinstance(fitted, str):
            figures[name] = {"left_out": fitted}
            continue
        probabilities = _probabilities(fitted, texts, labelling)
        if isinstance(probabilities, str):
            figures[name] = {"left_out": probabilities}
            continue
        beside = Scored(probabilities, nan, nan, scored.objective)
        right = _right(labels, beside.predicted(THRESHOLD))
        own = score_metrics(metrics, beside, labels, labelling.classes, THRESHOLD)
        figures[name] = _accuracy(right) | {key: own[key] for key in own if key not in ("n", "loss")}
        chosen = check_chosen(fitted)
        if chosen:
            figures[name]["chosen"] = chosen
        figures[name]["against_model"] = against(model_right, right)
    return _corrected(figures)


def _probabilities(
    fitted: FittedBaseline, texts: Sequence[str], labelling: Labelling
) -> NDArray[np.float64] | str:
    """Return a baseline's probabilities for `texts`, float64 [n, C], or the reason why it is left out."""
    try:
        check_chosen(fitted)
        given, classes = fitted.probabilities(texts), len(labelling.classes)
        return check_probabilities(fitted, given, len(texts), classes, labelling.multilabel)
    except EmbedkitError as error:
        return _left_out(error)


def _right(labels: IntArray | BoolArray, predicted: IntArray | BoolArray) -> NDArray[np.float64]:
    """Return 1.0 for every example whose labels are all predicted correctly, and 0.0 for the others, [n]."""
    return np.asarray((labels == predicted).reshape(len(labels), -1).all(axis=1), dtype=np.float64)


def _accuracy(right: NDArray[np.float64]) -> dict[str, Any]:
    n = len(right)
    return {"accuracy": float(right.mean()), "accuracy_ci95": wilson_interval(int(right.sum()), n)}


def against(first: NDArray[np.float64], second: NDArray[np.float64]) -> dict[str, Any]:
    """Compare the second accuracy with the first: difference, interval, test and detectable difference.

    `first` and `second`, each [n], are 1.0 for a correct prediction and 0.0 for a wrong one.
    """
    differences = second - first
    return {
        "difference": float(differences.mean()),
        "ci95": bootstrap_interval(differences),
        "only_baseline_right": int((differences > 0).sum()),
        "only_model_right": int((differences < 0).sum()),
        "p": p_value(differences),
        "smallest_difference": smallest_difference(differences),
    }


def _corrected(figures: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    compared = [each["against_model"] for each in figures.values() if "against_model" in each]
    for each, p in zip(compared, holm([each["p"] for each in compared]), strict=True):
        each["p_holm"] = p
    return figures
