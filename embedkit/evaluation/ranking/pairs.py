"""The comparison of two candidates, over the folds that both have run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance
from typing import TYPE_CHECKING

import numpy as np

from embedkit.evaluation.comparison.paired import LEVEL, bootstrap_interval, p_value
from embedkit.evaluation.comparison.several import ROUNDING, corrected_interval, corrected_t_test

if TYPE_CHECKING:
    from embedkit.evaluation.comparison.paired import Differences
    from embedkit.evaluation.ranking.scores import CandidateScores, FoldScores, Measure

RESAMPLES = 2_000
"""Resamples of a paired bootstrap, each of which computes the metric of both candidates."""


@dataclass(frozen=True)
class CandidatePair:
    """The mean difference of two candidates' scores, the second's less the first's, its interval and p-value.

    Everything is None where no fold has a score of both; interval and p-value are None where they are not
    defined. `folds` is the number of folds, `test_per_training` the largest ratio of test to training texts.
    `variance`, of the differences over folds, and `error`, the standard deviation over the resamples of a
    bootstrap, are None where the test is another one.
    """

    difference: float | None
    ci95: tuple[float, float] | None
    p: float | None
    folds: int
    test_per_training: float = 0.0
    variance: float | None = None
    error: float | None = None


def compare_candidates(first: CandidateScores, second: CandidateScores, measure: Measure) -> CandidatePair:
    """Compare two candidates on the folds where both have a score.

    Over two or more folds by the corrected resampled t-test (Nadeau & Bengio 2003). Over a single fold, or a
    fixed split, by a test over texts: McNemar's exact test for the accuracy, or a sign-flip test where seeds
    were averaged, and a paired bootstrap for any other metric.
    """
    folds = [fold for fold in first.scores if fold in second.scores]
    if not folds:
        return CandidatePair(None, None, None, 0)
    differences = [second.scores[fold] - first.scores[fold] for fold in folds]
    if len(folds) > 1:
        return _over_folds(first, second, folds, measure)
    if measure.is_accuracy:
        over_texts = text_differences(first, second, folds)
        return CandidatePair(differences[0], bootstrap_interval(over_texts), p_value(over_texts), 1)
    return _bootstrapped(first.folds[folds[0]], second.folds[folds[0]], differences[0])


def text_differences(first: CandidateScores, second: CandidateScores, folds: Sequence[int]) -> Differences:
    """Return, for each text that both were tested on in `folds`, whether the second is right less the first.

    With several seeds these are differences of shares. A text of several folds counts in each.
    """
    return np.concatenate([_by_text(first.folds[fold], second.folds[fold]) for fold in folds])


def _by_text(first: FoldScores, second: FoldScores) -> Differences:
    _, here, there = np.intersect1d(first.ids, second.ids, assume_unique=True, return_indices=True)
    difference: Differences = np.asarray(second.right[there] - first.right[here], np.float64).round(12)
    return difference


def _over_folds(
    first: CandidateScores, second: CandidateScores, folds: Sequence[int], measure: Measure
) -> CandidatePair:
    """Compare two candidates over folds.

    Where all folds have the same difference, their variance is not known. If the difference is 0, nothing
    tells the two apart; otherwise the texts are tested or, for another metric than the accuracy, the signs
    of the folds.
    """
    differences = [second.scores[fold] - first.scores[fold] for fold in folds]
    ratio = max(own.folds[fold].test_per_training for own in (first, second) for fold in folds)
    p = corrected_t_test(differences, ratio)
    if p is not None:
        ci95, spread = corrected_interval(differences, ratio), variance(differences)
        return CandidatePair(fmean(differences), ci95, p, len(folds), ratio, spread)
    if abs(differences[0]) < ROUNDING:
        return CandidatePair(0.0, None, 1.0, len(folds), ratio)
    if not measure.is_accuracy:
        return CandidatePair(fmean(differences), None, 2.0 ** (1 - len(folds)), len(folds), ratio)
    over_texts = text_differences(first, second, folds)
    ci95, p = bootstrap_interval(over_texts), p_value(over_texts)
    return CandidatePair(fmean(differences), ci95, p, len(folds), ratio)


def _bootstrapped(first: FoldScores, second: FoldScores, difference: float) -> CandidatePair:
    """Compare two candidates on one split by a paired bootstrap (Efron & Tibshirani 1993).

    Both are resampled at the same positions. There is no interval where a metric cannot be resampled, or is
    undefined in more than half of the resamples.
    """
    drawn = _resampled_differences(first, second)
    if len(drawn) < RESAMPLES / 2:
        return CandidatePair(difference, None, None, 1)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    beyond = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    p = min(1.0, 2 * (1 + beyond) / (1 + len(drawn)))
    return CandidatePair(difference, (float(low), float(high)), p, 1, error=float(drawn.std(ddof=1)))


def _resampled_differences(first: FoldScores, second: FoldScores) -> Differences:
    if first.resampled is None or second.resampled is None or not np.array_equal(first.ids, second.ids):
        return np.empty(0)
    generator, n = np.random.default_rng(0), len(first.ids)
    drawn = []
    for _ in range(RESAMPLES):
        positions = generator.integers(0, n, n)
        one, other = first.resampled(positions), second.resampled(positions)
        if one is not None and other is not None:
            drawn.append(other - one)
    return np.array(drawn, np.float64)
