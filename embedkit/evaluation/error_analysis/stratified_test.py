"""The exact one-sided test of a slice for more errors than other texts of the same classes have.

Within each class, the errors are equally likely to be on any of its texts: then the number of errors in the
slice is a sum of hypergeometric variables, one for each class, whose distribution is their convolution. This
is Fisher's exact test for one class, and the exact form of the Mantel-Haenszel test for several (Gart 1970;
Mehta, Patel & Gray 1985). A class of more errors, by itself, does not make a slice of its words significant.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csc_matrix

    from embedkit.interfaces import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Tables:
    """A table of a slice for each of C classes, all int64 [C].

    `n` are the texts of the class and `wrong` those with errors, `inside` those of them in the slice;
    `errors` is the number of errors in the slice, over all classes.
    """

    n: IntArray
    wrong: IntArray
    inside: IntArray
    errors: int

    @property
    def expected(self) -> float:
        """Return the mean number of errors in the slice if they go with the class alone."""
        return float((self.inside * self.wrong / np.maximum(self.n, 1)).sum())

    def p_value(self) -> float:
        """Return the probability of as many errors in the slice, or more, if they go with the class alone."""
        low = np.maximum(0, self.inside - (self.n - self.wrong))
        high = np.minimum(self.inside, self.wrong)
        free = np.flatnonzero(high > low)
        above = self.errors - int(low.sum())
        if above <= 0:
            return 1.0
        sizes = zip(low[free], high[free], self.n[free], self.wrong[free], self.inside[free], strict=True)
        by_class = [hypergeometric(np.arange(least, most + 1), *of) for least, most, *of in sizes]
        return min(1.0, float(reduce(np.convolve, by_class)[above:].sum()))


def hypergeometric(counts: IntArray, n: int, wrong: int, inside: int) -> FloatArray:
    """Return the hypergeometric probability of each of `counts` [m], float64 [m].

    That is the probability of so many wrong texts among `inside` that are drawn from `n` texts, of which
    `wrong` are wrong; all of `counts` are possible. It is computed from logarithms of beta functions, as the
    binomial coefficients may be larger than any float64.
    """
    from scipy.special import betaln

    right = n - wrong
    logs = betaln(wrong + 1, 1) + betaln(right + 1, 1) + betaln(n - inside + 1, inside + 1)
    logs = logs - betaln(counts + 1, wrong - counts + 1)
    logs = logs - betaln(inside - counts + 1, right - inside + counts + 1) - betaln(n + 1, 1)
    return np.asarray(np.exp(logs))


@dataclass(frozen=True)
class Sample:
    """N texts with the slices that they are in.

    `presence` [N, K] is 1 where a text is in a slice; `labels` [N] are the classes, `wrong` [N] the errors.
    """

    presence: csc_matrix[Any]
    labels: IntArray
    wrong: BoolArray

    def texts_of(self, slice_: int) -> IntArray:
        """Return the rows of the texts of a slice."""
        start, end = self.presence.indptr[slice_ : slice_ + 2]
        return np.asarray(self.presence.indices[start:end], np.int64)

    def tables(self, slice_: int, among: BoolArray | None = None) -> Tables:
        """Return the tables of a slice, of the texts `among` [N] alone if they are given."""
        rows, inside = np.flatnonzero(self._all(among)), self.texts_of(slice_)
        inside = inside if among is None else inside[among[inside]]
        return Tables(
            n=self._by_class(rows),
            wrong=self._by_class(rows[self.wrong[rows]]),
            inside=self._by_class(inside),
            errors=int(self.wrong[inside].sum()),
        )

    def scores(self) -> FloatArray:
        """Return how many standard errors each slice has more errors than expected, [K]; -inf if it cannot.

        This is the statistic of Mantel and Haenszel (1959) with continuity correction.
        """
        from scipy.sparse import csr_matrix

        rows = np.arange(len(self.labels))
        of_class = csr_matrix((np.ones(len(rows), np.int64), (rows, self.labels)))
        inside = self.presence.T @ of_class
        n = np.bincount(self.labels).astype(float)
        wrong = np.bincount(self.labels[self.wrong], minlength=len(n)).astype(float)
        weight = wrong * (n - wrong) / np.maximum(n**2 * (n - 1), 1)
        expected = inside @ (wrong / np.maximum(n, 1))
        variance = inside @ (weight * n) - inside.power(2) @ weight
        excess = self.presence.T @ self.wrong.astype(np.int64) - expected - 0.5
        possible = variance > 1e-12
        return np.where(possible, excess / np.sqrt(np.where(possible, variance, 1.0)), -np.inf)

    def _all(self, among: BoolArray | None) -> BoolArray:
        return np.ones(len(self.labels), bool) if among is None else among

    def _by_class(self, rows: IntArray) -> IntArray:
        size = int(self.labels.max(initial=0)) + 1
        return np.asarray(np.bincount(self.labels[rows], minlength=size), np.int64)
