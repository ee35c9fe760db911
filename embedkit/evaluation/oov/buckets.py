"""The error rate by the share that is out of vocabulary, with Wilson's 95% intervals (Wilson 1927)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.evaluation.intervals import wilson_interval
from embedkit.evaluation.numbers import Interval
from embedkit.evaluation.oov.result import Bucket

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.interfaces import BoolArray

EDGES = (0.0, 0.1, 0.2, 0.3, 0.5, 1.0)
"""Upper ends of the buckets: nothing at all, up to 10%, over 10 and up to 20%, and so on."""


def error_rates(wrong: BoolArray, share: NDArray[np.float64]) -> tuple[Bucket, ...]:
    """Return the error rate of the texts in each range of shares.

    The first range holds the texts of which nothing is missing, and its `over` is None. Texts without a share
    (NaN) are in none.
    """
    import numpy as np

    place = np.searchsorted(EDGES, share)  # NaN is placed behind the last edge
    n = np.bincount(place, minlength=len(EDGES) + 1)[: len(EDGES)]
    failed = np.bincount(place[wrong], minlength=len(EDGES) + 1)[: len(EDGES)]
    lower = (None, *EDGES[:-1])
    return tuple(
        Bucket(over, up_to, int(count), int(errors), *rate(int(errors), int(count)))
        for over, up_to, errors, count in zip(lower, EDGES, failed, n, strict=True)
    )


def rate(wrong: int, n: int) -> tuple[float, Interval] | tuple[None, None]:
    """Return the error rate and its interval, both None if n is 0."""
    if n == 0:
        return None, None
    return wrong / n, wilson_interval(wrong, n)
