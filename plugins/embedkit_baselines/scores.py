"""Linear scores, one for each class, and their calibration into probabilities on held-out texts.

scikit-learn is imported here, so this module is imported when a baseline is fitted.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

if TYPE_CHECKING:
    from embedkit.plugin_api import BoolArray, IntArray

Floats = NDArray[np.float64]

Parts = Sequence[tuple[Any, Any]]
"""The rows that are learnt from and those that are held out, of each fold."""

LEAD = 1e-9
"""By how much the label that is kept leads where the probabilities would have another."""


@dataclass(frozen=True)
class Weights:
    """A linear score of a text in P parts: `weights` [F, P] of its features, and `bias` [P]."""

    weights: Floats
    bias: Floats


class Learner(Protocol):
    """Learns to tell the texts of one class from all others."""

    parts: int
    """P: in how many parts a score comes; more than one are mixed afterwards."""

    decides: bool
    """Whether the sign of a score is a fitted decision, which may stand without calibration."""

    def learn(self, features: Any, positive: BoolArray) -> Weights:
        """Return weights fitted to sparse `features` [n, F]; both values occur in `positive` bool [n]."""


def targets_of(labels: IntArray | BoolArray) -> BoolArray:
    """Return binary targets, bool [n, L]: one for each class or label, but only the second of two classes."""
    if labels.ndim == 2:
        return np.array(labels, dtype=bool)
    classes = int(labels.max()) + 1
    told = np.array([1]) if classes == 2 else np.arange(classes)
    return np.asarray(labels[:, None] == told)


@dataclass(frozen=True)
class Scores:
    """Linear scores of L targets over the columns `used` [F] of the counts, each in P parts."""

    weighting: Any
    used: BoolArray
    weights: Floats
    bias: Floats

    def of(self, counts: Any) -> Floats:
        """Return the scores [n, L, P] of sparse `counts`; columns that are not in `used` are ignored."""
        features = self.weighting.transform(counts[:, self.used])
        scores: Floats = features @ self.weights
        return scores.reshape(len(scores), *self.bias.shape) + self.bias


def learn_scores(
    learners: Sequence[Learner], weighting: Any, counts: Any, targets: BoolArray
) -> list[Scores]:
    """Fit each of `learners` to `counts` [n, F] and `targets` bool [n, L], and return the scores of each.

    Words that occur in none of these texts are left out, so that they cannot count for a class.
    """
    used = np.asarray(counts.getnnz(axis=0) > 0)
    features = weighting.fit_transform(counts[:, used])
    return [_scores(learner, weighting, used, features, targets) for learner in learners]


def _scores(learner: Learner, weighting: Any, used: BoolArray, features: Any, targets: BoolArray) -> Scores:
    learnt = [_learn(learner, features, targets[:, i]) for i in range(targets.shape[1])]
    weights = np.concatenate([each.weights for each in learnt], axis=1)
    return Scores(weighting, used, weights, np.stack([each.bias for each in learnt]))


def _learn(learner: Learner, features: Any, positive: BoolArray) -> Weights:
    """Fit `learner`; if all texts share one target, return its smoothed log odds as a constant score."""
    if positive.all() or not positive.any():
        odds = np.log((positive.sum() + 1) / ((~positive).sum() + 1))
        return Weights(np.zeros((features.shape[1], learner.parts)), np.full(learner.parts, odds))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return learner.learn(features, positive)


def mixed(scores: Floats, beta: float) -> Floats:
    """Return scores [n, L]: (1 - beta) first + beta second of two parts [n, L, 2]; a single part as it is."""
    if scores.shape[2] == 1:
        return scores[:, :, 0]
    return (1 - beta) * scores[:, :, 0] + beta * scores[:, :, 1]


class Calibration(Protocol):
    """Turns the scores of texts into probabilities."""

    def __call__(self, scores: Floats) -> Floats:
        """Return the class probabilities [n, C] of `scores` [n, L]."""


@dataclass(frozen=True)
class Plain:
    """Takes each score as the logit of its class; for `single` labels, normalises each text's sum to 1."""

    constant: Floats
    single: bool

    def __call__(self, scores: Floats) -> Floats:
        """Return the class probabilities [n, C] of `scores` [n, L]."""
        probabilities = _fixed(expit(scores), self.constant)
        if not self.single:
            return probabilities
        if probabilities.shape[1] == 1:
            return np.hstack([1 - probabilities, probabilities])
        shares: Floats = probabilities / probabilities.sum(axis=1, keepdims=True)
        return shares


@dataclass(frozen=True)
class Calibrated:
    """Logistic regression over the scores of all classes, fitted to held-out texts."""

    regression: Any

    def __call__(self, scores: Floats) -> Floats:
        """Return the class probabilities [n, C] of `scores` [n, L]."""
        probabilities: Floats = self.regression.predict_proba(scores)
        return probabilities


@dataclass(frozen=True)
class CalibratedApart:
    """One regression for each of several labels, over the scores of all labels.

    The scores of the other labels tell which labels occur together. A label that all texts have, or none, has
    no regression, but None.
    """

    regressions: Sequence[Any]
    constant: Floats

    def __call__(self, scores: Floats) -> Floats:
        """Return the label probabilities [n, C] of `scores` [n, L]."""
        columns = [
            np.zeros(len(scores)) if each is None else each.predict_proba(scores)[:, 1]
            for each in self.regressions
        ]
        return _fixed(np.column_stack(columns), self.constant)


@dataclass(frozen=True)
class KeepingLabels:
    """Calibrated probabilities, changed as little as needed to predict the same labels as the raw scores.

    Where calibration predicts another label, the label of the raw scores is put just ahead of it: of two
    classes, at 0.5.
    """

    calibration: Calibration
    single: bool

    def __call__(self, scores: Floats) -> Floats:
        """Return the class probabilities [n, C] of `scores` [n, L]."""
        probabilities, said = self.calibration(scores), told(scores, self.single)
        if not self.single:
            ahead = np.maximum(probabilities, 0.5 + LEAD), np.minimum(probabilities, 0.5 - LEAD)
            certain = (probabilities == 0) | (probabilities == 1)
            return np.where(certain, probabilities, np.where(said, *ahead))
        rows = np.flatnonzero(probabilities.argmax(axis=1) != said)
        behind = probabilities[rows].max(axis=1) - probabilities[rows, said[rows]] + LEAD
        share = behind / (1 + behind)
        probabilities[rows] *= (1 - share)[:, None]
        probabilities[rows, said[rows]] += share
        return probabilities


def _fixed(probabilities: Floats, constant: Floats) -> Floats:
    """Replace probabilities by `constant` [L] wherever it is not NaN.

    It is 0 for a target that no training text has, 1 for one that all have.
    """
    return np.where(np.isnan(constant), probabilities, constant)


def constant_of(targets: BoolArray) -> Floats:
    """Return for each of the targets [n, L] the value that all texts share, or NaN if they differ: [L]."""
    share = targets.mean(axis=0)
    return np.where((share == 0) | (share == 1), share, np.nan)


def told(scores: Floats, single: bool) -> IntArray | BoolArray:
    """Return the labels that raw scores [n, L] predict: int64 [n] of single labels, else bool [n, L]."""
    if not single:
        return scores > 0
    return scores.argmax(axis=1) if scores.shape[1] > 1 else (scores[:, 0] > 0).astype(np.int64)


def calibrate(scores: Floats, labels: IntArray | BoolArray) -> Calibration:
    """Return a calibration fitted to the `scores` [n, L] of held-out texts and their `labels`."""
    if labels.ndim == 1:
        return Calibrated(calibrating().fit(scores, labels))
    regressions = [
        calibrating(i).fit(scores, labels[:, i]) if 0 < labels[:, i].sum() < len(labels) else None
        for i in range(labels.shape[1])
    ]
    return CalibratedApart(regressions, constant_of(np.asarray(labels)))


def log_loss(probabilities: Floats, labels: IntArray | BoolArray) -> float:
    """Return the mean of -log p of each text's true class, or of each label of each text if several."""
    if labels.ndim == 1:
        of_truth = probabilities[np.arange(len(labels)), labels]
    else:
        of_truth = np.where(labels, probabilities, 1 - probabilities)
    return float(-np.log(np.maximum(of_truth, np.finfo(float).tiny)).mean())


def told_calibrated(scores: Floats, labels: IntArray | BoolArray, parts: Parts) -> IntArray | BoolArray:
    """Predict labels by cross-validated calibration: no text is predicted by a calibration that saw it."""
    if labels.ndim == 1:
        predicted: IntArray = cross_val_predict(calibrating(), scores, labels, cv=parts)
        return predicted
    columns = enumerate(np.asarray(labels).T)
    return np.column_stack([_label_calibrated(scores, label, parts, i) for i, label in columns])


def _label_calibrated(scores: Floats, label: NDArray[Any], parts: Parts, own: int) -> BoolArray:
    """Predict one of several labels likewise.

    If the training texts of a fold all have it, or none has, every text gets the label's majority value.
    """
    if any(len({*label[learning].tolist()}) == 1 for learning, _ in parts):
        return np.full(len(label), label.mean() > 0.5)
    predicted: BoolArray = cross_val_predict(calibrating(own), scores, label, cv=parts)
    return predicted


def calibrating(own: int | None = None) -> Any:
    """Return the calibration model, not fitted yet: logistic regression over standardized scores.

    `own` is the column of the score of a label, if it is one of several.
    """
    return make_pipeline(StandardScaler(), Oriented(own=own))


class Oriented(LogisticRegression):  # type: ignore[misc]
    """Logistic regression that never turns scores round.

    Where little can be learnt, the scores of held-out texts may speak against their own classes by chance. A
    regression would then predict the opposite of every score; instead, all texts get the shares of the
    classes. `own` is the column of the score of the one label that is learnt, None for single labels.
    """

    def __init__(self, own: int | None = None, max_iter: int = 1000) -> None:
        super().__init__(max_iter=max_iter)
        self.own = own

    def fit(self, scores: Floats, labels: NDArray[Any], sample_weight: None = None) -> Oriented:
        """Fit the regression to standardized `scores` [n, L] and `labels` [n]."""
        super().fit(scores, labels, sample_weight)
        if _lead_of_own(scores, labels, self.classes_, self.own) <= 0:
            shares = np.log([(labels == each).mean() for each in self.classes_])
            binary = len(self.classes_) == 2
            self.coef_: Floats = np.zeros((1 if binary else len(shares), scores.shape[1]))
            self.intercept_: Floats = shares[1:] - shares[0] if binary else shares - shares.mean()
        return self


def _lead_of_own(scores: Floats, labels: NDArray[Any], classes: NDArray[Any], own: int | None) -> float:
    """Return by how much the score of a class is higher in its own texts than in others, mean of classes."""
    if own is not None or scores.shape[1] == 1:
        column, positive = scores[:, own or 0], labels == classes[-1]
        return float(column[positive].mean() - column[~positive].mean())
    leads = [
        scores[labels == each, number].mean() - scores[labels != each, number].mean()
        for number, each in enumerate(classes)
    ]
    return float(np.mean(leads))


@dataclass(frozen=True)
class LinearModel:
    """Linear scores, whose two parts `beta` mixes, and their calibration into probabilities."""

    scores: Scores
    beta: float
    calibration: Calibration

    def probabilities(self, counts: Any) -> Floats:
        """Return class probabilities, float64 [n, C], of sparse counts [n, F]."""
        return self.calibration(mixed(self.scores.of(counts), self.beta))
