"""Whether the folds that are left could still change the first tier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.evaluation.ranking.scores import CandidateScores, Measure

FEWEST_FOLDS = 5
"""Folds before which differences between folds are not known well enough."""

DRAWS = 1_000
LEFT_OPEN = 0.02
"""The largest probability of another first tier at which the folds that are left need not be run."""


def is_settled(candidates: Sequence[CandidateScores], measure: Measure, folds: int) -> bool:
    """Return whether the `candidates`, all that are still in the race, will be the first tier after all.

    So it is for a single candidate, and for several if the test after all `folds` would find a difference
    with a probability of at most 2%: the scores of the folds that are left are drawn 1,000 times, from a
    normal distribution with the mean and the covariance of the folds so far, themselves uncertain. To stop
    then makes no claim: the candidates cannot be told apart. Returns False before all have a score on the
    same five or more folds.
    """
    if len(candidates) == 1:
        return True
    run = {tuple(own.scores) for own in candidates}
    done = len(next(iter(run), ()))
    if len(run) != 1 or done < FEWEST_FOLDS:
        return False
    scores = measure.sign * np.array([[*own.scores.values()] for own in candidates]).T
    ratio = max(fold.test_per_training for own in candidates for fold in own.folds.values())
    told = _told(scores, max(0, folds - done), ratio, measure.alpha)
    return told <= LEFT_OPEN


def _told(scores: NDArray[np.float64], left: int, ratio: float, alpha: float) -> float:
    """Return how probable it is that one is told from the best after so many further folds.

    `scores` of the folds so far is [folds, candidates].
    """
    from scipy.stats import t

    completed = _completed(scores, left)
    folds, candidates = completed.shape[1:]
    best = completed.mean(axis=1).argmax(axis=1)
    differences = completed - np.take_along_axis(completed, best[:, None, None], axis=2)
    error = np.sqrt((1 / folds + ratio) * differences.var(axis=1, ddof=1))
    statistic = np.abs(differences.mean(axis=1)) / np.maximum(error, 1e-12)
    critical = t.isf(alpha / 2 / (candidates - 1), folds - 1)
    return float((statistic.max(axis=1) > critical).mean())


def _completed(scores: NDArray[np.float64], left: int) -> NDArray[np.float64]:
    """Return the scores with those of further folds drawn, [draws, folds and further ones, candidates]."""
    generator, done = np.random.default_rng(0), len(scores)
    deviations = (scores - scores.mean(axis=0)) / np.sqrt(done - 1)
    scale = np.sqrt((done - 1) / generator.chisquare(done - 1, DRAWS))[:, None, None]
    mean = scores.mean(axis=0) + scale * generator.normal(size=(DRAWS, 1, done)) @ deviations / np.sqrt(done)
    drawn = mean + scale * generator.normal(size=(DRAWS, left, done)) @ deviations
    return np.concatenate([np.broadcast_to(scores, (DRAWS, *scores.shape)), drawn], axis=1)
