"""Learners of one class against all others. scikit-learn is imported here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from scipy.sparse import diags
from sklearn.linear_model import LogisticRegression

from embedkit_baselines.scores import Floats, Weights

if TYPE_CHECKING:
    from embedkit.plugin_api import BoolArray


def log_ratio(features: Any, positive: BoolArray, alpha: float) -> Floats:
    """Return log-count ratios [F]: each feature's log share in positive texts minus that in the others.

    `alpha` is added to every count.
    """
    ratio: Floats = _log_share(features[positive], alpha) - _log_share(features[~positive], alpha)
    return ratio


def _log_share(features: Any, alpha: float) -> Floats:
    counts = alpha + np.asarray(features.sum(axis=0)).ravel()
    logarithm: Floats = np.log(counts / counts.sum())
    return logarithm


def _regression(features: Any, positive: BoolArray, c: float) -> Any:
    learnt = LogisticRegression(C=c, solver="liblinear", max_iter=1000, random_state=0)
    return learnt.fit(features, positive)


@dataclass(frozen=True, kw_only=True)
class CountedLearner:
    """Multinomial naive Bayes: the score is the sum of the features' log-count ratios."""

    parts: ClassVar[int] = 1
    decides: ClassVar[bool] = True
    alpha: float

    def learn(self, features: Any, positive: BoolArray) -> Weights:
        """Fit naive Bayes to one class against the others and return its weights."""
        odds = np.log(positive.sum() / (~positive).sum())
        return Weights(log_ratio(features, positive, self.alpha)[:, None], np.array([odds]))


@dataclass(frozen=True, kw_only=True)
class RegressionLearner:
    """Logistic regression."""

    parts: ClassVar[int] = 1
    decides: ClassVar[bool] = True
    c: float

    def learn(self, features: Any, positive: BoolArray) -> Weights:
        """Fit logistic regression to one class against the others and return its weights."""
        learnt = _regression(features, positive, self.c)
        return Weights(learnt.coef_.T, learnt.intercept_)


@dataclass(frozen=True, kw_only=True)
class InterpolatedLearner:
    """The model of Wang & Manning (2012, section 2), in the two parts that are interpolated.

    Features are scaled by r, the log-count ratio of naive Bayes, which counts the texts that have a feature.
    Each text's features have length 1, as TF-IDF weights: where classes are imbalanced, the mean of r is not
    0, and a long text would otherwise be put on one side for its length alone. The second part is logistic
    regression over these features, with weights w; the first part replaces each weight by m, the mean of |w|.
    The bias of the first part gives the training texts the same mean score as the second part: the bias of
    the second part belongs to other weights, and where classes are imbalanced it would put most texts on one
    side. No bias is fitted to the mixture, so its sign decides nothing.
    """

    parts: ClassVar[int] = 2
    decides: ClassVar[bool] = False
    alpha: float
    c: float

    def learn(self, features: Any, positive: BoolArray) -> Weights:
        """Fit both parts to one class against the others, to be mixed as (1 - beta) first + beta second."""
        ratio = log_ratio(features.sign(), positive, self.alpha)
        learnt = _regression(features @ diags(ratio), positive, self.c)
        own = learnt.coef_[0]
        weights = np.column_stack([ratio * np.abs(own).mean(), ratio * own])
        means = np.asarray(features.mean(axis=0)).ravel() @ weights
        bias = learnt.intercept_[0]
        return Weights(weights, np.array([bias + means[1] - means[0], bias]))
