"""Baselines beside a model: fitted to its training split, scored on its splits, tested against it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from embedkit.errors import DataError, EmbedkitError
from embedkit.evaluation.comparison.paired import bootstrap_interval, p_value
from embedkit.evaluation.comparison.power import smallest_difference
from embedkit.evaluation.comparison.several import with_corrected_tests
from embedkit.evaluation.intervals import wilson_interval
from embedkit.evaluation.metrics import score_metrics
from embedkit.evaluation.outputs import Scored
from embedkit.evaluation.result import AgainstModel, BaselineResult, LeftOut
from embedkit.interfaces.calling import owner_of
from embedkit.interfaces.consistency import probabilities_of
from embedkit.interfaces.contracts import check_chosen
from embedkit.interfaces.flags import TASKS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.data.examples import Examples
    from embedkit.data.labels import Labelling
    from embedkit.evaluation.predictions import Predictions
    from embedkit.interfaces import Baseline, BoolArray, FittedBaseline, IntArray, Metric

log = logging.getLogger(__name__)

THRESHOLD = 0.5
"""From which probability a baseline predicts: a recipe's threshold is its model's."""

NETWORK = "network alone"
"""The name of a network beside its mean with a baseline: no component can be called so."""

ASKED = 200
"""Training texts, or a few more, about which a plugin's baseline is asked once it is fitted."""

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
        fitted = baseline.fit(texts, labels, labelling.classes)
    except EmbedkitError as error:
        return _left_out(error)
    warn_of_columns(fitted, texts, labels, labelling)
    return fitted


def warn_of_columns(
    fitted: FittedBaseline, texts: Sequence[str], labels: IntArray | BoolArray, labelling: Labelling
) -> None:
    """Warn if a plugin's baseline is so wrong about its own training texts that its columns may be mixed up.

    It is asked for some of them. Of several labels per text, and of probabilities that are none, it says
    nothing.
    """
    owner = owner_of(fitted)
    if labelling.multilabel or not owner.foreign:
        return
    rows = [*range(0, len(texts), 1 + len(texts) // ASKED)]
    try:
        given = probabilities_of(fitted, [texts[row] for row in rows], len(labelling.classes), False)
    except EmbedkitError:  # that of the splits will tell
        return
    true = labels[rows]
    right, counts = int((given.argmax(axis=1) == true).sum()), np.bincount(true)
    if right < counts[counts > 0].min() / 2:
        what = f"predicts {right} of {len(rows)} training texts rightly: are its columns in another order?"
        log.warning(
            "%s", owner.fault(what, "They have to stand in the order of the classes that fit is given.")
        )


def _left_out(error: EmbedkitError) -> str:
    """Return the reason why a baseline is left out, and warn if it failed.

    A DataError is no failure: it says that the baseline cannot learn from these data.
    """
    if not isinstance(error, DataError):
        log.warning("a baseline is left out: %s", error)
    return "; ".join(fault.what for fault in error.faults)


def score_baselines(
    baselines: Fitted, predictions: Predictions, metrics: Mapping[str, Metric]
) -> dict[str, BaselineResult | LeftOut]:
    """Return, by name, the metrics of each baseline on a split and its comparison with the model.

    `against_model` compares its accuracy with the model's, as `against` does. `chosen` has the parameters
    that the baseline selected by itself, if any. `predictions` are the model's for the split; if they are
    averaged with a baseline, the network alone stands beside them too, as `NETWORK`.
    """
    texts, labelling = predictions.split.examples.texts, predictions.labelling
    results: dict[str, BaselineResult | LeftOut] = {}
    if predictions.network is not None:
        results[NETWORK] = _beside(predictions, predictions.network, predictions.threshold, metrics)
    for name, fitted in baselines.items():
        given = fitted if isinstance(fitted, str) else _probabilities(fitted, texts, labelling)
        if isinstance(fitted, str) or isinstance(given, str):
            results[name] = LeftOut(str(given))
            continue
        scored = Scored(given, nan, nan, predictions.scored.objective)
        result = _beside(predictions, scored, THRESHOLD, metrics)
        results[name] = replace(result, chosen=check_chosen(fitted))
    return with_corrected_tests(results)


def _beside(
    predictions: Predictions, scored: Scored, threshold: float, metrics: Mapping[str, Metric]
) -> BaselineResult:
    """Return the metrics of other probabilities for a split, and their comparison with the model's."""
    labels, labelling = predictions.targets, predictions.labelling
    right = _right(labels, scored.predicted(threshold))
    own = score_metrics(metrics, scored, labels, labelling.classes, threshold)
    return BaselineResult(
        accuracy=float(right.mean()),
        accuracy_ci95=wilson_interval(int(right.sum()), len(right)),
        against_model=against(_right(labels, predictions.predicted), right),
        scores={metric: score for metric, score in own.scores.items() if metric != "accuracy"},
        undefined=own.undefined,
    )


def _probabilities(
    fitted: FittedBaseline, texts: Sequence[str], labelling: Labelling
) -> NDArray[np.float64] | str:
    """Return a baseline's probabilities for `texts`, float64 [n, C], or the reason why it is left out."""
    try:
        check_chosen(fitted)
        return probabilities_of(fitted, texts, len(labelling.classes), labelling.multilabel)
    except EmbedkitError as error:
        return _left_out(error)


def _right(labels: IntArray | BoolArray, predicted: IntArray | BoolArray) -> NDArray[np.float64]:
    """Return 1.0 for every example whose labels are all predicted correctly, and 0.0 for the others, [n]."""
    return np.asarray((labels == predicted).reshape(len(labels), -1).all(axis=1), dtype=np.float64)


def against(first: NDArray[np.float64], second: NDArray[np.float64]) -> AgainstModel:
    """Compare the second accuracy with the first: difference, interval, test and detectable difference.

    `first` and `second`, each [n], are 1.0 for a correct prediction and 0.0 for a wrong one. `p_holm` is `p`,
    as if there were no other comparison.
    """
    differences = second - first
    p = p_value(differences)
    return AgainstModel(
        difference=float(differences.mean()),
        ci95=bootstrap_interval(differences),
        only_baseline_right=int((differences > 0).sum()),
        only_model_right=int((differences < 0).sum()),
        p=p,
        smallest_difference=smallest_difference(differences),
        p_holm=p,
    )
