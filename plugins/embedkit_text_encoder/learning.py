"""Fits logistic regressions to pooled vectors. scikit-learn is imported here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold

from embedkit_text_encoder.fitted import FittedRegression, Floats, vectors_of

if TYPE_CHECKING:
    from embedkit.plugin_api import BoolArray, IntArray, TextModel

TRIED = (0.3, 1.0, 3.0, 10.0, 30.0)
"""The values of `c` that are tried."""

USUAL = 1.0
"""The value of `c` where there are too few texts to try any."""

FOLDS = 5
SMALLEST = 1e-6
"""The probability of a label that no training text has."""

MAX_ITER = 1000


def fitted(
    model: TextModel, texts: Sequence[str], labels: IntArray | BoolArray, classes: int, c: float | None
) -> FittedRegression:
    """Return the regression that was fitted to the labels of texts, one of the classes or several of them."""
    vectors, several = vectors_of(model, texts), labels.ndim == 2
    length = float(np.linalg.norm(vectors, axis=1).mean()) or 1.0
    vectors /= length
    used = _chosen(vectors, labels) if c is None else c
    weights, bias = _learnt(vectors, labels, used)
    columns = np.arange(classes) if several else np.unique(np.asarray(labels, np.int64))
    chosen = {"c": used} if c is None else {}
    return FittedRegression(model, weights / length, bias, columns, classes, several, chosen)


def _learnt(vectors: Floats, labels: IntArray | BoolArray, c: float) -> tuple[Floats, Floats]:
    """Return weights [D, L] and biases [L]: one score of two classes, else one of each class or label."""
    if labels.ndim == 1:
        return _regression(vectors, labels, c)
    parts = [_label(vectors, column, c) for column in np.asarray(labels).T]
    weights, biases = zip(*parts, strict=True)
    return np.hstack(weights), np.concatenate(biases)


def _regression(vectors: Floats, labels: IntArray | BoolArray, c: float) -> tuple[Floats, Floats]:
    learnt = LogisticRegression(C=c, max_iter=MAX_ITER).fit(vectors, labels)
    return np.ascontiguousarray(learnt.coef_.T), learnt.intercept_


def _label(vectors: Floats, label: BoolArray, c: float) -> tuple[Floats, Floats]:
    """Return the weights [D, 1] and the bias [1] of one label; a constant score if all texts agree."""
    if label.all() or not label.any():
        share = np.clip(label.mean(keepdims=True), SMALLEST, 1 - SMALLEST)
        return np.zeros((vectors.shape[1], 1)), logit(share)
    return _regression(vectors, label, c)


def _chosen(vectors: Floats, labels: IntArray | BoolArray) -> float:
    """Return the value of `c` with the smallest log loss in cross-validation; the usual one of few texts."""
    parts = [*_parts(vectors, labels)]
    if not parts:
        return USUAL
    losses = [sum(_loss(vectors, labels, c, *part) for part in parts) for c in TRIED]
    return TRIED[int(np.argmin(losses))]


def _parts(vectors: Floats, labels: IntArray | BoolArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield which texts are learnt from and which are predicted, with all classes in both."""
    if labels.ndim == 2:
        if len(labels) >= 2 * FOLDS:
            yield from KFold(FOLDS, shuffle=True, random_state=0).split(vectors)
        return
    fewest = int(np.unique(labels, return_counts=True)[1].min())
    if fewest >= 2:
        yield from StratifiedKFold(min(FOLDS, fewest), shuffle=True, random_state=0).split(vectors, labels)


def _loss(
    vectors: Floats, labels: IntArray | BoolArray, c: float, learnt: IntArray, predicted: IntArray
) -> float:
    """Return the sum of -log p of the labels of the texts `predicted`, fitted to those `learnt`."""
    weights, bias = _learnt(vectors[learnt], labels[learnt], c)
    scores, truth = vectors[predicted] @ weights + bias, labels[predicted]
    if labels.ndim == 2:
        return float(np.logaddexp(0, np.where(truth, -scores, scores)).sum())
    if scores.shape[1] == 1:
        positive = truth == np.unique(labels)[1]
        return float(np.logaddexp(0, np.where(positive, -scores[:, 0], scores[:, 0])).sum())
    of_truth = scores[np.arange(len(truth)), np.searchsorted(np.unique(labels), truth)]
    return float((np.logaddexp.reduce(scores, axis=1) - of_truth).sum())
