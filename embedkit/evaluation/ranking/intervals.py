"""The interval of a candidate's mean score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embedkit.evaluation.comparison.paired import LEVEL
from embedkit.evaluation.comparison.several import corrected_interval
from embedkit.evaluation.intervals import within
from embedkit.evaluation.ranking.pairs import RESAMPLES

if TYPE_CHECKING:
    from embedkit.evaluation.ranking.scores import CandidateScores, FoldScores, Measure


def mean_interval(candidate: CandidateScores, measure: Measure) -> tuple[float, float] | None:
    """Return the 95% interval of the mean score of a candidate, or None where it is not defined.

    Of the accuracy, it is Wilson's interval (1927) over all texts that were tested. Of another metric, it is
    the interval over folds that goes with the corrected resampled t-test, cut off at the metric's bounds, or,
    over one split, a bootstrap's.
    """
    mean, scores = candidate.mean, candidate.scores
    if mean is None:
        return None
    folds = [candidate.folds[fold] for fold in scores]
    if measure.is_accuracy:
        return wilson(mean, sum(len(fold.ids) for fold in folds))
    if len(folds) > 1:
        ratio = max(fold.test_per_training for fold in folds)
        return within(corrected_interval([*scores.values()], ratio), measure.bounds)
    return _bootstrap(folds[0])


def wilson(share: float, n: int) -> tuple[float, float] | None:
    """Return the 95% Wilson interval of a share of n texts, None for no texts; of seeds, it is their mean."""
    from statsmodels.stats.proportion import proportion_confint

    if not n:
        return None
    low, high = proportion_confint(share * n, n, alpha=1 - LEVEL, method="wilson")
    return max(0.0, float(low)), min(1.0, float(high))


def _bootstrap(fold: FoldScores) -> tuple[float, float] | None:
    if fold.resampled is None:
        return None
    generator, n = np.random.default_rng(0), len(fold.ids)
    drawn = [fold.resampled(generator.integers(0, n, n)) for _ in range(RESAMPLES)]
    known = [score for score in drawn if score is not None]
    if len(known) < RESAMPLES / 2:
        return None
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
