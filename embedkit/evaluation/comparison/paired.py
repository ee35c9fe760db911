"""The difference of two models' accuracies on the same n examples, its interval and its test.

The accuracy on one example is the share of a model's predictions that are correct: 0 or 1, or a value between
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


def bootstrap_interval(differences: Differences, seed: int = 0) -> tuple[float, float]:
    """Return the 95% percentile bootstrap interval of the mean difference, as (low, high).

    After Efron & Tibshirani (1993): examples are drawn with replacement, 10,000 times, by `seed`. Only the
    number of draws of each distinct value matters, so these numbers are drawn. If no example differs, there
    is nothing to resample: the mean difference may then be as far from 0 as the upper end of the exact
    interval of the share of differing examples (Clopper & Pearson 1934).
    """
    n = len(differences)
    if not differences.any():
        from scipy.stats import binomtest

        high = float(binomtest(0, n).proportion_ci(LEVEL, method="exact").high)
        return -high, high
    values, counts = np.unique(differences, return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(n, counts / n, size=RESAMPLES)
    low, high = np.quantile(drawn @ values / n, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def p_value(differences: Differences, seed: int = 0) -> float:
    """Return the two-sided p-value of the mean difference, the null hypothesis being equal accuracies.

    McNemar's exact test (1947) where every difference is -1, 0 or 1; otherwise, for averages over several
    seeds, a sign-flip test with 9,999 random permutations by `seed` (Fisher 1935).
    """
    if not np.isin(differences, (-1.0, 0.0, 1.0)).all():
        return _flipping_signs(differences, seed)
    from statsmodels.stats.contingency_tables import mcnemar

    table = [[0, int((differences < 0).sum())], [int((differences > 0).sum()), 0]]
    return float(mcnemar(table, exact=True).pvalue)


def _flipping_signs(differences: Differences, seed: int) -> float:
    """Return the p-value of the sign-flip test.

    Among differences of equal size only the number of positive ones matters: one binomial draw for each size.
    """
    generator = np.random.default_rng(seed)
    sizes, counts = np.unique(np.abs(differences).round(12), return_counts=True)
    positive = generator.binomial(counts, 0.5, size=(RESAMPLES - 1, len(sizes)))
    sums = (2 * positive - counts) @ sizes
    as_large = np.abs(sums) >= abs(differences.sum()) - 1e-9
    return float((1 + as_large.sum()) / RESAMPLES)
