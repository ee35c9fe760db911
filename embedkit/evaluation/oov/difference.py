"""Whether wrong texts have a larger out-of-vocabulary share than right ones, by a permutation test."""

from __future__ import annotations

from dataclasses import replace
from math import comb
from typing import TYPE_CHECKING

from embedkit.evaluation.oov.buckets import error_rates
from embedkit.evaluation.oov.result import ShareComparison

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.interfaces import BoolArray

    Floats = NDArray[np.float64]

RESAMPLES = 9_999
STEPS = 200
"""The test takes shares to half a point of percent: there are few different ones, however many texts."""


def compare_shares(wrong: BoolArray, share: Floats, seed: int = 0) -> ShareComparison:
    """Compare the mean share of wrong and right texts; texts without a share (NaN) are left out.

    The two-sided `p_value` is the chance of a difference at least as large if the labels "wrong" and "right"
    were permuted at random (Fisher 1935); `detectable` is the smallest difference that a test at 5% would
    show with 80% power. Figures that are not defined, as without wrong texts or where all shares are equal,
    are None.
    """
    import numpy as np

    there = ~np.isnan(share)
    wrong, share = wrong[there], share[there]
    buckets = error_rates(wrong, share)
    n_wrong, n_right = int(wrong.sum()), int((~wrong).sum())
    wrong_mean, right_mean = (float(share[rows].mean()) if rows.any() else None for rows in (wrong, ~wrong))
    found = ShareComparison(n_wrong, n_right, wrong_mean, right_mean, None, None, None, buckets)
    if not (n_wrong and n_right) or share.min() == share.max():
        return found
    return replace(
        found,
        difference=float(share[wrong].mean() - share[~wrong].mean()),
        p_value=permutation_p(wrong, share, seed),
        detectable=detectable_difference(n_wrong, n_right, float(share.std())),
    )


def permutation_p(wrong: BoolArray, share: Floats, seed: int = 0, resamples: int = RESAMPLES) -> float:
    """Return the two-sided p-value of the difference in means, by a permutation test.

    The test is exact if both groups have two texts or more and there are at most `resamples` permutations.
    Otherwise `resamples` random ones are drawn: assigning m wrong texts at random among n makes their numbers
    at each distinct share multivariate hypergeometric, which is drawn in place of n shares at a time.
    """
    n_wrong = int(wrong.sum())
    if 1 < n_wrong < len(wrong) - 1 and comb(len(wrong), n_wrong) <= resamples:
        return _exact(wrong, share, resamples)
    return _sampled(wrong, share, seed, resamples)


def _exact(wrong: BoolArray, share: Floats, resamples: int) -> float:
    from scipy.stats import permutation_test

    def statistic(a: Floats, b: Floats, axis: int) -> Floats:
        import numpy as np

        return np.asarray(a.mean(axis=axis) - b.mean(axis=axis))

    test = permutation_test(
        (share[wrong], share[~wrong]), statistic, vectorized=True, n_resamples=resamples + 1
    )
    return float(test.pvalue)


def _sampled(wrong: BoolArray, share: Floats, seed: int, resamples: int) -> float:
    import numpy as np
    from scipy.stats import monte_carlo_test

    values, kind = np.unique(np.round(share * STEPS), return_inverse=True)
    texts = np.bincount(kind)
    rng = np.random.default_rng(seed)

    def dealt(size: tuple[int, int]) -> Floats:
        drawn = rng.multivariate_hypergeometric(texts, int(wrong.sum()), size[0], method="marginals")
        return drawn.astype(np.float64)

    observed = np.bincount(kind[wrong], minlength=len(texts)).astype(np.float64)

    def statistic(counts: Floats, axis: int) -> Floats:
        return np.asarray((counts * values).sum(axis=axis))

    test = monte_carlo_test(observed, dealt, statistic, vectorized=True, n_resamples=resamples)
    return float(test.pvalue)


def detectable_difference(n_wrong: int, n_right: int, deviation: float) -> float | None:
    """Return the smallest difference that a two-sided test at 5% shows with 80% power.

    Returns None if a group has fewer than two texts. `deviation` is the standard deviation of the shares.
    """
    if min(n_wrong, n_right) < 2:
        return None
    import numpy as np
    from statsmodels.stats.power import tt_ind_solve_power

    effect = tt_ind_solve_power(nobs1=n_wrong, alpha=0.05, power=0.8, ratio=n_right / n_wrong)
    return float(np.squeeze(effect)) * deviation
