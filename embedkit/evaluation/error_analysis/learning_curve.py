"""Learning curves: how a score grows with the number of training texts, and what more of them would bring.

The curve is an inverse power law, a - b·n^-c (Cortes et al. 1993; Figueroa et al. 2012). For a given `c` it
is linear in `a` and `b`, so that least squares are solved exactly for each `c` of a grid, within the bounds,
and the best `c` is chosen (variable projection; Golub & Pereyra 1973).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embedkit.evaluation.error_analysis.learning_curves import Curve, Forecast, PowerLaw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FACTOR = 2.0
"""The forecast is for so many times the labels."""

EXPONENTS = np.round(np.arange(0.05, 1.001, 0.01), 2)
"""The values of c: at 0.05 nearly the same gain for each doubling; faster than 1/n is not to be expected."""

FEWEST_SIZES = 4
"""A power law has three parameters: with a fourth size, its fit can be bad."""

SMALLEST_RANGE = 4.0
"""The largest size has to be so many times the smallest, or the curve shows no bend."""

TINY = 1e-12
"""The least variance of a mean score, so that sizes without scatter do not divide by zero."""

DRAWS = 2_000
LEVEL = 0.9
"""The interval of a forecast holds this share of the draws."""

MISFIT = 0.01
"""Below this p-value, the points do not lie on a power law."""


def learning_curve(sizes: Sequence[float], scores: Floats, shared: Floats | None = None) -> Curve:
    """Fit a power law to `scores` [R, S], between 0 and 1, at S increasing `sizes`, and forecast from it.

    The runs are folds, which hold out different texts, or seeds, which hold out the same ones: `shared`
    [S, S] is then the covariance of the mean scores that comes from the choice of these texts. It is None for
    folds. Where the points carry no forecast, the curve says why.
    """
    rows = np.asarray(scores, np.float64)
    n = np.asarray(sizes, np.float64)
    points = tuple(map(float, n)), tuple(tuple(map(float, row)) for row in rows)
    reason = _too_little(n, rows)
    if reason:
        return Curve(*points, None, None, reason)
    sigma = _noise(n, rows, shared is not None)
    law = PowerLaw(*(float(part[0]) for part in _fit(n, rows.mean(axis=0)[None], sigma)))
    reason = _misfit(n, rows, sigma, law)
    if reason:
        return Curve(*points, None, None, reason)
    return Curve(*points, law, _forecast(n, rows, sigma, shared, law))


def _too_little(n: Floats, rows: Floats) -> str:
    """Return why no power law can be fitted to the scores; nothing if one can."""
    if len(n) < FEWEST_SIZES:
        return f"a curve takes {FEWEST_SIZES} sizes, and there are {len(n)}"
    if len(rows) < 2:
        return "a curve takes two folds or seeds"
    if n[-1] < SMALLEST_RANGE * n[0]:
        return f"the largest size is less than {SMALLEST_RANGE:g} times the smallest"
    if not np.isfinite(rows).all():
        return "the score is not defined in every run"
    if np.ptp(rows) == 0:
        return "the score is the same everywhere"
    return ""


def _noise(n: Floats, rows: Floats, seeds: bool) -> Floats:
    """Return the standard error of the mean score at each size, apart from what is common to all sizes.

    Folds: between the estimate of a size and that of all sizes, which is steadier, it is half way; as their
    training texts overlap, the variance is that of the corrected resampled t-test (Nadeau & Bengio 2003).
    Seeds: they draw shares f of the same training texts, and scatter with 1 - f of the variance that other
    texts would cause; the rest is common to them.
    """
    count, sizes = rows.shape
    if seeds:
        share = n / n[-1]
        variance = (rows[:, :-1].var(axis=0, ddof=1) / (1 - share[:-1])).mean()
        return np.asarray(np.sqrt(np.maximum(variance * ((1 - share) / count + share), TINY)), np.float64)
    centred = rows - rows.mean(axis=1, keepdims=True)
    variances = centred.var(axis=0, ddof=1) * sizes / (sizes - 1)
    pooled = (variances + variances.mean()) / 2
    return np.asarray(np.sqrt(np.maximum(pooled * (1 / count + 1 / (count - 1)), TINY)), np.float64)


def _fit(n: Floats, means: Floats, sigma: Floats) -> tuple[Floats, Floats, Floats]:
    """Return a, b and c of the power law through each row of `means` [B, S], with 0 ≤ b and a ≤ 1."""
    weights = 1 / sigma**2
    weights = weights / weights.sum()
    x = -((n / n[-1]) ** -EXPONENTS[:, None])  # [C, S], of the size relative to the largest
    middle_x, middle_y = x @ weights, means @ weights
    spread = ((x - middle_x[:, None]) ** 2) @ weights
    b = np.maximum(((means - middle_y[:, None]) * weights) @ (x - middle_x[:, None]).T / spread, 0)
    a = middle_y[:, None] - b * middle_x
    at_one = ((means - 1) * weights) @ x.T / ((x**2) @ weights)
    b = np.where(a > 1, np.maximum(at_one, 0), b)
    a = np.minimum(a, 1)
    errors = np.stack(
        [((means - a[:, [k]] - b[:, [k]] * x[k]) ** 2) @ weights for k in range(len(x))], axis=1
    )
    best = errors.argmin(axis=1)
    row, c = np.arange(len(means)), EXPONENTS[best]
    return a[row, best], b[row, best] * n[-1] ** c, c


def _misfit(n: Floats, rows: Floats, sigma: Floats, law: PowerLaw) -> str:
    """Return why the law says nothing about these points: they fall, bend upwards, or do not lie on it."""
    from scipy.stats import f as f_distribution
    from scipy.stats import ttest_1samp

    trend = (rows - rows.mean(axis=1, keepdims=True)) @ np.log(n / n[-1])
    if np.ptp(trend) > 0 and ttest_1samp(trend, 0, alternative="less").pvalue < MISFIT:
        return "the score falls with more texts"
    rises = np.ptp(trend) > 0 and ttest_1samp(trend, 0, alternative="greater").pvalue < MISFIT
    if rises and law.c == EXPONENTS[0]:
        return "the score has not begun to level off, so that more labels may bring more than any curve says"
    off = rows.mean(axis=0) - [law.at(size) for size in n]
    free = len(n) - 3
    statistic = float(((off / sigma) ** 2).sum() / free)
    p = float(f_distribution.sf(statistic, free, (len(rows) - 1) * (len(n) - 1)))
    return "the points do not lie on a power law" if p < MISFIT else ""


def _forecast(
    n: Floats,
    rows: Floats,
    sigma: Floats,
    shared: Floats | None,
    law: PowerLaw,
) -> Forecast:
    """Return the forecast of the law, with intervals from fits to bootstrap draws.

    For the gain, the scatter that is common to all sizes is left out: it is that of the held-out texts.
    """
    means = rows.mean(axis=0)
    common = rows.mean(axis=1, keepdims=True)
    if shared is None:
        every, same = _draws_of_folds(rows), _draws_of_folds(rows - common + common.mean())
    else:
        every, same = _draws_of_seeds(means, sigma, shared), _draws_of_seeds(means, sigma, 0 * shared)
    size, score = float(FACTOR * n[-1]), law.at(FACTOR * n[-1])
    gain = score - float(means[-1])
    return Forecast(
        size=size,
        score=score,
        score_ci90=_interval(_extrapolated(n, every, sigma).clip(0, 1), score),
        gain=gain,
        gain_ci90=_interval(_extrapolated(n, same, sigma) - means[-1], gain),
    )


def _draws_of_folds(rows: Floats) -> Floats:
    """Return the mean scores [B, S] of folds that are drawn again and again, as wholes.

    Their deviations are widened from the plain mean to the corrected resampled one (Nadeau & Bengio 2003),
    and from the normal distribution to Student's t.
    """
    from scipy.stats import norm, t

    count, mean, high = len(rows), rows.mean(axis=0), 0.5 + LEVEL / 2
    chosen = np.random.default_rng(0).integers(count, size=(DRAWS, count))
    corrected = (1 / count + 1 / (count - 1)) / ((count - 1) / count**2)
    widened = np.sqrt(corrected) * t.ppf(high, count - 1) / norm.ppf(high)
    return np.asarray(mean + widened * (rows[chosen].mean(axis=1) - mean), np.float64)


def _draws_of_seeds(means: Floats, sigma: Floats, shared: Floats) -> Floats:
    """Return draws of the mean scores [B, S], normal about `means`."""
    noise = np.diag(sigma**2) + shared
    draws = np.random.default_rng(0).multivariate_normal(means, noise, DRAWS, method="eigh")
    return np.asarray(draws, np.float64)


def _extrapolated(n: Floats, draws: Floats, sigma: Floats) -> Floats:
    """Return the score with FACTOR times the texts [B] of a fit to each of the draws.

    Every second fit leaves the smallest size out: where the curve is no exact power law, the two kinds
    differ, and the interval has the uncertainty of the model as well as that of the points.
    """
    found = []
    for start, first in ((0, 0), (1, int(len(n) > FEWEST_SIZES))):
        a, b, c = _fit(n[first:], draws[start::2, first:], sigma[first:])
        found.append(a - b * (FACTOR * n[-1]) ** -c)
    return np.concatenate(found)


def _interval(draws: Floats, value: float) -> tuple[float, float]:
    """Return the interval of the draws, which holds `value`."""
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return min(float(low), value), max(float(high), value)


def shared_noise(parts: Floats, wholes: Floats) -> Floats:
    """Return the covariance [S, S] of scores at S sizes that comes from the choice of the N held-out texts.

    A score is the sum of `parts` [S, N] over the sum of `wholes` [S, N], each a mean over the runs: of the
    texts that are right and 1 for the accuracy. Linearized (the infinitesimal jackknife; Efron 1982).
    """
    scores = parts.sum(axis=1) / wholes.sum(axis=1)
    influence = (parts - scores[:, None] * wholes) / wholes.sum(axis=1)[:, None]
    return np.asarray(influence @ influence.T, np.float64)
