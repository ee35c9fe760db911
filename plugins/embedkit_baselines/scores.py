"""One linear score for each class, and what they mean together: probabilities, by scores of held-out texts.

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
    """A linear score of a text: `weights` [F, P] of its features and `bias` [P], in P parts."""

    weights: Floats
    bias: Floats


class Learner(Protocol):
    """Learns to tell the texts of one class from all others."""

    parts: int
    """P: in how many parts a score comes; more than one are mixed afterwards."""

    decides: bool
    """Whether the sign of a score is a fitted decision, which may stand without calibration."""

    def learn(self, features: Any, positive: BoolArray) -> Weights:
        """The score of sparse `features` [n, F]; both values occur in `positive` bool [n]."""


def targets_of(labels: IntArray | BoolArray) -> BoolArray:
    """What is to be told apart, bool [n, L]: of two classes the second alone, else each from all others."""
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
        """[n, L, P] of sparse `counts`; a column that was not used says nothing."""
        features = self.weighting.transform(counts[:, self.used])
        scores: Floats = features @ self.weights
        return scores.reshape(len(scores), *self.bias.shape) + self.bias


def learn_scores(
    learners: Sequence[Learner], weighting: Any, counts: Any, targets: BoolArray
) -> list[Scores]:
    """The scores that each of `learners` learns from `counts` [n, F] of texts, `targets` bool [n, L].

    Words that none of these texts has are left out: they must not count for a class.
    """
    used = np.asarray(counts.getnnz(axis=0) > 0)
    features = weighting.fit_transform(counts[:, used])
    return [_scores(learner, weighting, used, features, targets) for learner in learners]


def _scores(learner: Learner, weighting: Any, used: BoolArray, features: Any, targets: BoolArray) -> Scores:
    learnt = [_learn(learner, features, targets[:, i]) for i in range(targets.shape[1])]
    weights = np.concatenate([each.weights for each in learnt], axis=1)
    return Scores(weighting, used, weights, np.stack([each.bias for each in learnt]))


def _learn(learner: Learner, features: Any, positive: BoolArray) -> Weights:
    """What `learner` learns; where all texts are alike, how frequent that is, whatever the text."""
    if positive.all() or not positive.any():
        odds = np.log((positive.sum() + 1) / ((~positive).sum() + 1))
        return Weights(np.zeros((features.shape[1], learner.parts)), np.full(learner.parts, odds))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return learner.learn(features, positive)


def mixed(scores: Floats, beta: float) -> Floats:
    """The scores [n, L] that two parts [n, L, 2] give: (1 - beta) of the first, beta of the second."""
    if scores.shape[2] == 1:
        return scores[:, :, 0]
    return (1 - beta) * scores[:, :, 0] + beta * scores[:, :, 1]


class Calibration(Protocol):
    """What scores of texts mean."""

    def __call__(self, scores: Floats) -> Floats:
        """Probabilities [n, C] of `scores` [n, L]."""


@dataclass(frozen=True)
class Plain:
    """Takes each score for the logit of its class, and has the classes of a text add up to 1."""

    constant: Floats
    single: bool

    def __call__(self, scores: Floats) -> Floats:
        """Probabilities [n, C]."""
        probabilities = _fixed(expit(scores), self.constant)
        if not self.single:
            return probabilities
        if probabilities.shape[1] == 1:
            return np.hstack([1 - probabilities, probabilities])
        shares: Floats = probabilities / probabilities.sum(axis=1, keepdims=True)
        return shares


@dataclass(frozen=True)
class Calibrated:
    """Logistic regression over the scores of all classes, as held-out texts have them."""

    regression: Any

    def __call__(self, scores: Floats) -> Floats:
        """Probabilities [n, C]."""
        probabilities: Floats = self.regression.predict_proba(scores)
        return probabilities


@dataclass(frozen=True)
class CalibratedApart:
    """One regression for each of several labels over the scores of all; None where all texts are alike.

    The scores of the others tell which labels come together.
    """

    regressions: Sequence[Any]
    constant: Floats

    def __call__(self, scores: Floats) -> Floats:
        """Probabilities [n, C]."""
        columns = [
            np.zeros(len(scores)) if each is None else each.predict_proba(scores)[:, 1]
            for each in self.regressions
        ]
        return _fixed(np.column_stack(columns), self.constant)


@dataclass(frozen=True)
class KeepingLabels:
    """Calibrated probabilities, moved as little as it takes for the scores to decide as they are.

    Where they have another label, that of the scores is just ahead: of two classes, at 0.5.
    """

    calibration: Calibration
    single: bool

    def __call__(self, scores: Floats) -> Floats:
        """Probabilities [n, C]."""
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
    """0 or 1 for what no training text has or every one, NaN in `constant` [L] for all else."""
    return np.where(np.isnan(constant), probabilities, constant)


def constant_of(targets: BoolArray) -> Floats:
    """The value of targets [n, L] that are the same for all texts, NaN of the others: [L]."""
    share = targets.mean(axis=0)
    return np.where((share == 0) | (share == 1), share, np.nan)


def told(scores: Floats, single: bool) -> IntArray | BoolArray:
    """The labels that the scores [n, L] say as they are: int64 [n] of single labels, else bool [n, L]."""
    if not single:
        return scores > 0
    return scores.argmax(axis=1) if scores.shape[1] > 1 else (scores[:, 0] > 0).astype(np.int64)


def calibrate(scores: Floats, labels: IntArray | BoolArray) -> Calibration:
    """What `scores` [n, L] of texts that were held out mean for their `labels`."""
    if labels.ndim == 1:
        return Calibrated(calibrating().fit(scores, labels))
    regressions = [
        calibrating().fit(scores, labels[:, i]) if 0 < labels[:, i].sum() < len(labels) else None
        for i in range(labels.shape[1])
    ]
    return CalibratedApart(regressions, constant_of(np.asarray(labels)))


def log_loss(probabilities: Floats, labels: IntArray | BoolArray) -> float:
    """The mean of -log p of what each text is; of several labels, of each label of each text."""
    if labels.ndim == 1:
        of_truth = probabilities[np.arange(len(labels)), labels]
    else:
        of_truth = np.where(labels, probabilities, 1 - probabilities)
    return float(-np.log(np.maximum(of_truth, np.finfo(float).tiny)).mean())


def told_calibrated(scores: Floats, labels: IntArray | BoolArray, parts: Parts) -> IntArray | BoolArray:
    """The labels that `scores` say once calibrated, each of a text that the calibration did not see."""
    if labels.ndim == 1:
        predicted: IntArray = cross_val_predict(calibrating(), scores, labels, cv=parts)
        return predicted
    return np.column_stack([_label_calibrated(scores, label, parts) for label in np.asarray(labels).T])


def _label_calibrated(scores: Floats, label: NDArray[Any], parts: Parts) -> BoolArray:
    """The same of one of several labels, as it is where the texts of a fold are all alike."""
    if any(len({*label[learning].tolist()}) == 1 for learning, _ in parts):
        return np.full(len(label), label.mean() > 0.5)
    predicted: BoolArray = cross_val_predict(calibrating(), scores, label, cv=parts)
    return predicted


def calibrating() -> Any:
    """The regression that makes probabilities of scores."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


@dataclass(frozen=True)
class LinearModel:
    """Scores of texts, in two parts mixed by `beta`, and what they mean."""

    scores: Scores
    beta: float
    calibration: Calibration

    def probabilities(self, counts: Any) -> Floats:
        """Float64 [n, C] of sparse counts [n, F]."""
        return self.calibration(mixed(self.scores.of(counts), self.beta))
