"""What the training texts say of words, and how much that adds to what models say of held-out texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.interfaces import IntArray

    Floats = NDArray[np.float64]

PRIOR = 2.0
"""Texts that every word is given before counting, of the classes in their proportions: smoothing.

With two classes of the same size, this adds 1 to each count.
"""
FREQUENT = 10
"""Training texts with a word from which on its ratio tells how decisive words are."""
ABSENT = 0.01
"""Texts that every class is given, so that one without training texts has a share."""
NEAR = 1.0
"""Log-odds of the two most probable classes up to which a text is near to a tie."""


@dataclass(frozen=True)
class TrainingTexts:
    """The tokens of n training texts, and their `labels` [n] int64, positions of classes."""

    tokens: Sequence[Sequence[str]]
    labels: IntArray


@dataclass(frozen=True)
class Evidence:
    """How many training texts of each class have each word, `counts` [W, C], and the shares of classes [C].

    A word is counted once in a text. A text counts for the word with `PRIOR` texts added.
    """

    counts: Floats
    shares: Floats

    @cached_property
    def smoothed(self) -> Floats:
        """Return the counts with the prior [W, C]."""
        return self.counts + PRIOR * self.shares

    @cached_property
    def ratios(self) -> Floats:
        """Return the log of how much more frequent each class is in the texts with a word [W, C]."""
        total = self.smoothed.sum(axis=1, keepdims=True)
        return np.asarray(np.log(self.smoothed / (total * self.shares)))

    @cached_property
    def log_ratios(self) -> Floats:
        """Return the log-count ratio of each class against all others [W, C]."""
        others = self.smoothed.sum(axis=1, keepdims=True) - self.smoothed
        return np.asarray(np.log(self.smoothed / others) - np.log(self.shares / (1 - self.shares)))

    def between(self, first: int, second: int) -> tuple[Floats, Floats]:
        """Return the log-count ratio of one class against another [W], and its standard error [W]."""
        ratio = self.ratios[:, first] - self.ratios[:, second]
        return ratio, np.sqrt(1 / self.smoothed[:, first] + 1 / self.smoothed[:, second])

    def typical(self, first: int, second: int) -> Floats:
        """Return the square of the ratio between two classes that is to be expected of each word [W].

        That is the variance of a normal distribution of ratios after what was measured of the word, whose
        ratio is known the better the more texts have it. Before, it is the mean over the words that are in
        `FREQUENT` texts or more of the square of the ratio, less that of its standard error.
        """
        ratio, error = self.between(first, second)
        frequent = self.counts.sum(axis=1) >= FREQUENT
        if not frequent.any():
            return np.zeros(len(ratio))
        variance = max(0.0, float((ratio**2 - error**2)[frequent].mean()))
        return np.asarray(variance * error**2 / (variance + error**2))


def evidence_of(training: TrainingTexts, vocabulary: Sequence[str], classes: int) -> Evidence:
    """Count in how many training texts of each class the words of the vocabulary are."""
    place = {word: row for row, word in enumerate(vocabulary)}
    counts = np.zeros((len(vocabulary), classes))
    for tokens, label in zip(training.tokens, training.labels.tolist(), strict=True):
        rows = [place[word] for word in place.keys() & {*tokens}]
        counts[rows, label] += 1
    texts = np.bincount(training.labels, minlength=classes) + ABSENT
    return Evidence(counts, texts / texts.sum())


@dataclass(frozen=True)
class Weights:
    """The weights of the log-probabilities of a model, and of the evidence of words.

    `ties` has the share of texts whose two most probable classes are a pair and near to a tie; a text counts
    with the probability of these two.
    """

    model: float
    words: float
    ties: Mapping[tuple[int, int], float]

    def of_words(self, weight: float) -> Weights:
        """Return the same with another weight of the evidence of words."""
        return replace(self, words=weight)

    def scores(self, logs: Floats, sums: Floats) -> Floats:
        """Return the scores [M, n, C] from log-probabilities [M, n, C] and evidence [n, C]."""
        return np.asarray(self.model * logs + self.words * sums)


def fit_weights(logs: Floats, sums: Floats, labels: IntArray) -> Weights:
    """Fit the weights to n labelled texts: the posterior mode with a normal prior of 1 and 0, deviation 1.

    Neither weight is negative: a model is not made to say the opposite.
    """
    from scipy.optimize import minimize
    from scipy.special import logsumexp

    texts = np.arange(len(labels))

    def loss(weights: Floats) -> float:
        scores = weights[0] * logs + weights[1] * sums
        likelihood = (scores[:, texts, labels] - logsumexp(scores, axis=2)).mean(axis=0).sum()
        return float(-likelihood + ((weights[0] - 1) ** 2 + weights[1] ** 2) / 2)

    found = minimize(loss, [1.0, 0.1], method="L-BFGS-B", bounds=[(0.01, None), (0, None)])
    return Weights(float(found.x[0]), float(found.x[1]), _ties(found.x[0] * logs))


def _ties(scores: Floats) -> dict[tuple[int, int], float]:
    from scipy.special import softmax

    flat = softmax(scores, axis=2).reshape(-1, scores.shape[2])
    best = np.argsort(flat, axis=1)[:, -2:]
    two = np.take_along_axis(flat, best, axis=1)
    near = np.log(two[:, 1] / two[:, 0]) < NEAR
    found: dict[tuple[int, int], float] = {}
    for pair, mass in zip(np.sort(best[near], axis=1).tolist(), two[near].sum(axis=1).tolist(), strict=True):
        key = (pair[0], pair[1])
        found[key] = found.get(key, 0.0) + mass / len(flat)
    return found
