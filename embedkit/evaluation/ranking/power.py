"""The smallest difference of means that the texts of a ranking could have shown."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import median
from typing import TYPE_CHECKING

from embedkit.evaluation.comparison.power import POWER
from embedkit.evaluation.comparison.power import smallest_difference as of_texts
from embedkit.evaluation.ranking.pairs import CandidatePair, text_differences

if TYPE_CHECKING:
    from embedkit.evaluation.ranking.scores import CandidateScores, Measure
    from embedkit.evaluation.ranking.tiers import Tiers


def smallest_difference(
    candidates: Sequence[CandidateScores], tiers: Tiers, measure: Measure
) -> float | None:
    """Return the smallest difference of means from the best that would be found with 80% power.

    It is the median over the pairs of the best with the others of its tier, those that ran most folds, or, if
    it is alone there, that of the pair with the runner-up. The test is the one that they had, at the level
    that Holm's correction leaves for so many. None where there are no two candidates, where the differences
    have no variance, and where no difference would be large enough.
    """
    names = [name for tier in tiers.tiers for name in tier]
    if len(names) < 2:
        return None
    alike = tiers.tiers[0][1:] or names[1:2]
    level = measure.alpha / len(alike)
    by_name = {own.name: own for own in candidates}
    best = by_name[names[0]]
    pairs = {name: tiers.against_best[name].pair for name in alike}
    most = max(pair.folds for pair in pairs.values())
    found = [_smallest(best, by_name[n], p, measure, level) for n, p in pairs.items() if p.folds == most]
    known = [each for each in found if each is not None]
    return median(known) if known else None


def _smallest(
    best: CandidateScores, other: CandidateScores, pair: CandidatePair, measure: Measure, level: float
) -> float | None:
    if pair.variance is not None:
        error = sqrt((1 / pair.folds + pair.test_per_training) * pair.variance)
        found = error * detectable_statistic(pair.folds - 1, level)
        return None if measure.is_accuracy and found > 1 else found
    if pair.folds == 1 and measure.is_accuracy:
        folds = [fold for fold in best.scores if fold in other.scores]
        return of_texts(text_differences(best, other, folds), level)
    if pair.folds == 1 and pair.error is not None:
        return pair.error * detectable_z(level)
    return None


def detectable_statistic(degrees: int, level: float) -> float:
    """Return how many standard errors a difference needs, for 80% power of a two-sided t-test.

    The statistic has a noncentral t distribution with so many `degrees` of freedom; `level` is that of the
    test.
    """
    from scipy.optimize import brentq
    from scipy.stats import nct, t

    critical = float(t.isf(level / 2, degrees))
    return float(brentq(lambda shift: nct.sf(critical, degrees, shift) - POWER, 0.0, 8 * critical + 8))


def detectable_z(level: float) -> float:
    """Return how many standard errors a difference needs, for 80% power of a two-sided z test."""
    from scipy.stats import norm

    return float(norm.isf(level / 2) + norm.ppf(POWER))
