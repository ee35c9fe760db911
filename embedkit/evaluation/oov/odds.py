"""The odds ratio of an error for ten points more out of vocabulary, adjusted for the length of the text."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from embedkit.evaluation.oov.result import OddsRatio

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.evaluation.oov.shares import Shares

    Floats = NDArray[np.float64]

PER = 0.1
"""The difference in share that the ratio is for."""

COLUMNS = ("intercept", "share", "length")


def odds_ratio(shares: Shares) -> OddsRatio:
    """Return the odds ratio of an error for each `PER` of content share, with interval and p-value.

    It is estimated by a logistic regression of being wrong on the out-of-vocabulary share of content tokens
    and the number of tokens (Cox 1958), with Wald's interval and test. There is no finite estimate where a
    line separates wrong from right texts (Albert & Anderson 1984), which a linear program finds out (Konis
    2007). Without an estimate, the figures are None and `why` is the reason.
    """
    import numpy as np

    there = ~np.isnan(shares.content)
    wrong, share, length = shares.wrong[there], shares.content[there], shares.length[there]
    why = _why_not(wrong.astype(np.float64), share, length.astype(np.float64))
    if why:
        return OddsRatio(PER, None, None, None, f"not estimable: {why}")
    design = _design(share, length.astype(np.float64))
    return _fitted(wrong.astype(np.float64), design)


def _why_not(wrong: Floats, share: Floats, length: Floats) -> str | None:
    if not len(wrong):
        return "no text has content tokens"
    if wrong.min() == wrong.max():
        return f"every text is {'wrong' if wrong[0] else 'right'}"
    if share.min() == share.max():
        return "the share is the same in every text"
    if _singular(_design(share, length)):
        return "share and length say the same"
    if separated(wrong, _design(share, length)):
        return "share and length separate wrong from right texts"
    return None


def _design(share: Floats, length: Floats) -> Floats:
    """Return the design matrix, float64 [n, 2 or 3]: intercept, share in steps of `PER`, standardized length.

    The length is left out where it is the same in every text.
    """
    import numpy as np

    columns = [np.ones(len(share)), share / PER]
    if length.min() < length.max():
        columns.append((length - length.mean()) / length.std())
    return np.column_stack(columns)


def _singular(design: Floats) -> bool:
    import numpy as np

    return bool(np.linalg.matrix_rank(design) < design.shape[1])


def separated(wrong: Floats, design: Floats) -> bool:
    """Return whether a line separates wrong from right texts; texts of both kinds may lie on it."""
    import numpy as np
    from scipy.optimize import linprog

    signed = np.unique(np.where(wrong[:, None] > 0, design, -design), axis=0)
    bounds = [(-1, 1)] * design.shape[1]
    best = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=bounds)
    return bool(-best.fun > 1e-6)


def _fitted(wrong: Floats, design: Floats) -> OddsRatio:
    import numpy as np
    from statsmodels.discrete.discrete_model import Logit

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # convergence is asked below
        fit = Logit(wrong, design).fit(disp=False, maxiter=100)
    low, high = np.exp(np.clip(fit.conf_int()[1], -50, 50)).tolist()
    value, p_value = float(np.exp(fit.params[1])), float(fit.pvalues[1])
    if not fit.mle_retvals["converged"] or not np.isfinite([value, p_value, low, high]).all():
        return OddsRatio(PER, None, None, None, "not estimable: the regression does not converge")
    return OddsRatio(PER, value, (low, high), p_value, None)
