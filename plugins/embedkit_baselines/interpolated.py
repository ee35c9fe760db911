"""The classifier of NBSVM: scikit-learn is imported here, so this module is imported when one is fitted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression


class InterpolatedClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """Tells two classes apart by binary features, as Wang & Manning (2012) do in their section 2.

    Features are scaled by r, the logarithm of the ratio of naive Bayes; the weights w that are learnt over
    them become (1 - beta) m + beta w, m being the mean of |w|.
    """

    def __init__(self, *, alpha: float, beta: float, c: float) -> None:
        self.alpha, self.beta, self.c = alpha, beta, c

    def fit(self, features: Any, labels: NDArray[np.int64]) -> InterpolatedClassifier:
        """`features` sparse float64 [n, F], `labels` [n] of two values, of which the greater is positive."""
        self.classes_ = np.unique(labels)
        positive = np.asarray(labels == self.classes_[-1])
        ratio = self._share(features[positive]) - self._share(features[~positive])
        learnt = LogisticRegression(C=self.c, solver="liblinear", max_iter=1000, random_state=0)
        learnt.fit(features.multiply(ratio).tocsr(), positive)
        own = learnt.coef_[0]
        self.weights_ = ratio * ((1 - self.beta) * np.abs(own).mean() + self.beta * own)
        self.intercept_ = float(learnt.intercept_[0])
        return self

    def _share(self, features: Any) -> NDArray[np.float64]:
        """The logarithm of each feature's share of all counts, smoothed."""
        counts = self.alpha + np.asarray(features.sum(axis=0)).ravel()
        logarithm: NDArray[np.float64] = np.log(counts / counts.sum())
        return logarithm

    def predict_proba(self, features: Any) -> NDArray[np.float64]:
        """Of both classes, float64 [n, 2]."""
        positive = expit(features @ self.weights_ + self.intercept_)
        return np.column_stack([1 - positive, positive])
