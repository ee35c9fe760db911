"""The error rate by the share that is out of vocabulary, with Wilson's 95% intervals (Wilson 1927)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embedkit.evaluation.intervals import wilson_interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.interfaces import BoolArray

EDGES = (0.0, 0.1, 0.2, 0.3, 0.5, 1.0)
"""Upper ends of the buckets: nothing at all, up to 10%, over 10 and up to 20%, and so on."""


def error_rates(wrong: BoolArray, share: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Return, for each range of shares, `over`, `up_to`, `n`, `wrong`, `error_rate` and `ci95` [low, high].

    The first range holds the texts of which nothing is missing, and its `over` is None. Rate and interval are
    None for a range without texts. Texts without a share (NaN) are in none.
    """
    import numpy as np

    place = np.searchsorted(EDGES, share)  # NaN is placed behind the last edge
    n = np.bincount(place, minlength=len(EDGES) + 1)[: len(EDGES)]
    failed = np.bincount(place[wrong], minlength=len(EDGES) + 1)[: len(EDGES)]
    lower = (None, *EDGES[:-1])
    return [
        {"over": over, "up_to": up_to, **rate(int(errors), int(count))}
        for over, up_to, errors, count in zip(lower, EDGES, failed, n, strict=True)
    ]


def rate(wrong: int, n: int) -> dict[str, Any]:
    """Return `n`, `wrong`, the `error_rate` and its interval `ci95`; the last two are None if n is 0."""
    if n == 0:
        return {"n": 0, "wrong": 0, "error_rate": None, "ci95": None}
    return {"n": n, "wrong": wrong, "error_rate": wrong / n, "ci95": wilson_interval(wrong, n)}
