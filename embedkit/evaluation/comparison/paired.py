"""Two models on the same n examples: the difference of their accuracies, its interval and its test.

What is compared is, of every example, the share of a model's predictions that are right: 0 or 1, or between
them where the model was trained with several seeds. Differences are the second model's less the first one's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Differences = NDArray[np.float64]
    """float64 [n], each from -1 to 1."""

RESAMPLES = 10_000
LEVEL = 0.95


def bootstrap_interval(differences: Differences, seed: int = 0) -> list[float]:
    """The 95% percentile bootstrap interval of the mean difference, as [low, high] (Efron & Tibshirani 1993).

    Examples are drawn with replacement, 10,000 times by `seed`; only how many of each value are drawn counts,
    so that is what is drawn. Where no example differs there is nothing to draw: the mean difference is then
    as far from 0 as the share of differing examples may be, by the exact interval (Clopper & Pearson 1934).
    """
    n = len(differences)
    if not differences.any():
        from scipy.stats import binomtest

        high = float(binomtest(0, n).proportion_ci(LEVEL, method="exact").high)
        return [-high, high]
    values, counts = np.unique(differences, return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(n, counts / n, size=RESAMPLES)
    low, high = np.quantile(drawn @ values / n, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return [float(low), float(high)]


def p_value(differences: Differences, seed: int = 0) -> float:
    """How often a mean difference as large as this one comes about where neither model is better; two-sided.

    McNemar's exact test (1947) where every difference is -1, 0 or 1; where some are between, several seeds
    having been averaged, signs are flipped at random, 9,999 times by `seed` (Fisher 1935).
    """
    if not np.isin(differences, (-1.0, 0.0, 1.0)).all():
        return _flipping_signs(differences, seed)
    from statsmodels.stats.contingency_tables import mcnemar

    table = [[0, int((differences < 0).sum())], [int((differences > 0).sum()), 0]]
    return float(mcnemar(table, exact=True).pvalue)


def _flipping_signs(differences: Differences, seed: int) -> float:
    """Of equal sizes any number may come out positive: a binomial draw for each size."""
    generator = np.random.default_rng(seed)
    sizes, counts = np.unique(np.abs(differences).round(12), return_counts=True)
    positive = generator.binomial(counts, 0.5, size=(RESAMPLES - 1, len(sizes)))
    sums = (2 * positive - counts) @ sizes
    as_large = np.abs(sums) >= abs(differences.sum()) - 1e-9
    return float((1 + as_large.sum()) / RESAMPLES)
