"""The smallest difference of accuracies that given examples would have shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from embedkit.evaluation.comparison.paired import Differences

ALPHA = 0.05
POWER = 0.8


def smallest_difference(differences: Differences, alpha: float = ALPHA) -> float | None:
    """Return the smallest mean difference, 0 to 1, that a test at level `alpha` detects with 80% power.

    It holds for samples with as many examples, and as many discordant ones, as this one. The power is the
    exact power of McNemar's test where every difference is -1, 0 or 1, or else that of a z test. Returns None
    where so few examples differ that no difference would be detected.
    """
    if not np.isin(differences, (-1.0, 0.0, 1.0)).all():
        return _of_averages(differences, alpha)
    n, discordance = len(differences), float((differences != 0).mean())
    if not discordance or mcnemar_power(discordance, n, discordance, alpha) < POWER:
        return None
    from scipy.optimize import brentq

    missing = partial(_power_missing, n=n, discordance=discordance, alpha=alpha)
    return float(brentq(missing, 0.0, discordance, xtol=1e-6))


def _power_missing(difference: float, n: int, discordance: float, alpha: float) -> float:
    return mcnemar_power(difference, n, discordance, alpha) - POWER


def mcnemar_power(difference: float, n: int, discordance: float, alpha: float = ALPHA) -> float:
    """Return the power of McNemar's exact test at level `alpha` for a `difference` of accuracies.

    Each of n examples is discordant (one model right, the other wrong) with probability `discordance`, which
    is at least `difference`. The power is summed over the number of discordant examples, which is random.
    """
    from scipy.stats import binom

    one_sided = 0.5 + difference / (2 * discordance)
    low, high = binom.ppf([1e-10, 1 - 1e-10], n, discordance)
    discordant = np.arange(int(low), int(high) + 1)
    critical = binom.ppf(alpha / 2, discordant, 0.5)
    critical -= binom.cdf(critical, discordant, 0.5) > alpha / 2
    found = binom.cdf(critical, discordant, one_sided) + binom.cdf(critical, discordant, 1 - one_sided)
    return float(binom.pmf(discordant, n, discordance) @ found)


def _of_averages(differences: Differences, alpha: float) -> float:
    from statsmodels.stats.power import NormalIndPower

    deviation = float(differences.std(ddof=1))
    size = NormalIndPower().solve_power(nobs1=len(differences), alpha=alpha, power=POWER, ratio=0)
    return float(size) * deviation
