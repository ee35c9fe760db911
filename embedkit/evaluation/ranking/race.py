"""A race of candidates: those that are worse than another one are dropped while folds are still run.

A candidate is dropped when an e-value says so, a test that stays valid however often it is looked at (Ville
1939; Shafer 2021). Of two equally good candidates, each is as likely as the other to be the one that has a
discordant text right, that is a text on which they differ. A gambler who bets on the next discordant text,
by Krichevsky and Trofimov's rule (1981), has after n of them, of which one candidate has w right, the fortune
2^n B(w + 1/2, n - w + 1/2) / B(1/2, 1/2). The probability that it ever reaches c is at most 1/c. With K
candidates there are K(K - 1)/2 pairs, and a candidate is dropped at c = K(K - 1)/(2 alpha): so the
probability that any candidate is ever dropped for one that is not better is at most alpha.

This takes the texts as independent given the trained models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, lgamma, log, pi
from typing import TYPE_CHECKING

import numpy as np

from embedkit.evaluation.comparison.several import ROUNDING
from embedkit.evaluation.ranking.scores import ALPHA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.evaluation.ranking.scores import Ids, Shares

LARGEST = 700.0
"""The largest natural logarithm of an e-value that is given as a number."""

BETS = 512
"""Bets that a mixture consists of, where seeds were averaged."""


@dataclass(frozen=True)
class Dropped:
    """Why a candidate is out of the race: the better one, the last fold before, and the e-value."""

    by: str
    after_fold: int
    e_value: float


class Race:
    """Drops candidates, by `names`, that are worse than another, at the level `alpha`.

    Every text counts once for a candidate: a second outcome of the same text is ignored. Two candidates are
    compared on the texts that both have run, and only a candidate that is alive can have another one dropped,
    so that at least one stays.
    """

    def __init__(self, names: Sequence[str], alpha: float = ALPHA) -> None:
        if len({*names}) < len(names):
            raise ValueError("two candidates have the same name")
        self.names = tuple(names)
        self.threshold = log(max(1, len(names) * (len(names) - 1) / 2)) - log(alpha)
        self._numbers = {name: number for number, name in enumerate(names)}
        self._ids: Ids = np.empty(0, np.int64)
        self._right = np.empty((len(names), 0))
        self._bets = [[PairBets() for _ in range(number)] for number in range(len(names))]
        self._evidence = np.full((len(names), len(names)), -inf)
        self._dropped: dict[str, Dropped] = {}

    @property
    def alive(self) -> tuple[str, ...]:
        """Return the names of the candidates that are not dropped, in the order of `names`."""
        return tuple(name for name in self.names if name not in self._dropped)

    @property
    def dropped(self) -> Mapping[str, Dropped]:
        """Return the dropped candidates by name, in the order in which they were dropped."""
        return dict(self._dropped)

    def observe(
        self, name: str, fold: int, ids: Sequence[int] | Ids, right: Sequence[float] | Shares
    ) -> None:
        """Take in which texts of a fold a candidate has right, and drop whom this shows to be worse.

        `right` has 1 for a correct prediction and 0 for a wrong one, or the share of the seeds that are
        correct. Raises KeyError if there is no such candidate.
        """
        number = self._numbers[name]
        columns, outcomes = self._new_texts(number, np.asarray(ids, np.int64), np.asarray(right, np.float64))
        differences = outcomes - self._right[:, columns]
        self._right[number, columns] = outcomes
        for other in range(len(self.names)):
            if other != number:
                self._compare(number, other, differences[other])
        self._drop(fold)

    def log_e_value(self, better: str, worse: str) -> float:
        """Return the natural logarithm of the e-value that one candidate is better than another.

        Returns -inf if it is not ahead on the texts that both have run.
        """
        return float(self._evidence[self._numbers[better], self._numbers[worse]])

    def _compare(self, number: int, other: int, differences: NDArray[np.float64]) -> None:
        """Take in differences of two candidates, the first one's outcomes less the other's."""
        first, second = max(number, other), min(number, other)
        bets = self._bets[first][second]
        if not bets.add(differences if first == number else -differences):
            return
        evidence = bets.evidence()
        self._evidence[first, second] = evidence.log_e_value if evidence.side > 0 else -inf
        self._evidence[second, first] = evidence.log_e_value if evidence.side < 0 else -inf

    def _new_texts(
        self, number: int, ids: Ids, right: NDArray[np.float64]
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the columns of the texts that are new for a candidate, and their outcomes."""
        ids, first = np.unique(ids, return_index=True)
        together = np.union1d(self._ids, ids)
        if len(together) > len(self._ids):
            right_before, self._right = self._right, np.full((len(self.names), len(together)), np.nan)
            self._right[:, np.searchsorted(together, self._ids)] = right_before
            self._ids = together
        columns = np.searchsorted(self._ids, ids)
        new = np.isnan(self._right[number, columns])
        return columns[new], right[first][new]

    def _drop(self, fold: int) -> None:
        """Drop candidates, the one with the strongest evidence against it first."""
        evidence = self._evidence.copy()
        out = [self._numbers[name] for name in self._dropped]
        evidence[out] = evidence[:, out] = -inf
        while evidence.size and evidence.max() >= self.threshold:
            better, worse = np.unravel_index(int(evidence.argmax()), evidence.shape)
            e_value = exp(min(float(evidence[better, worse]), LARGEST))
            self._dropped[self.names[worse]] = Dropped(self.names[better], fold, e_value)
            evidence[worse] = evidence[:, worse] = -inf


class PairBets:
    """The bets on the differences of two candidates: how often each difference but 0 was found."""

    def __init__(self) -> None:
        self._won, self._lost = 0, 0
        self._shares: dict[float, int] = {}

    def add(self, differences: NDArray[np.float64]) -> bool:
        """Take in differences, from -1 to 1; NaN where one is not known. Return whether any is not 0."""
        won, lost = int((differences == 1).sum()), int((differences == -1).sum())
        self._won += won
        self._lost += lost
        size = np.abs(differences)
        shares = differences[(size > ROUNDING) & (size < 1)].round(12)
        for value in shares.tolist():
            self._shares[value] = self._shares.get(value, 0) + 1
        return bool(won + lost + len(shares))

    def evidence(self) -> Evidence:
        """Return the evidence against the hypothesis that the two are equally good."""
        if not self._shares:
            return weigh_wins(self._won, self._lost)
        return weigh_shares({**self._shares, 1.0: self._won, -1.0: self._lost})


@dataclass(frozen=True)
class Evidence:
    """The natural logarithm of an e-value, and for whom it speaks: 1 for the one, -1 for the other, or 0."""

    log_e_value: float
    side: int


def weigh_wins(won: int, lost: int) -> Evidence:
    """Return the evidence 2^n B(w + 1/2, n - w + 1/2) / B(1/2, 1/2), where w of n texts were won."""
    beta = lgamma(won + 0.5) + lgamma(lost + 0.5) - lgamma(won + lost + 1) - log(pi)
    return Evidence((won + lost) * log(2) + beta, (won > lost) - (won < lost))


def weigh_shares(counts: Mapping[float, int]) -> Evidence:
    """Return the evidence of differences d from -1 to 1, of which there are `counts`.

    It is the mean of the product of 1 + b d over bets b, the nodes of the Gauss-Chebyshev quadrature: their
    distribution is that of the bets on wins, for which this sum is the one with the beta function. It speaks
    for the side on which the bets of that side have won more.
    """
    from scipy.special import logsumexp

    bets = np.cos((2 * np.arange(1, BETS + 1) - 1) * np.pi / (2 * BETS))
    values, often = np.array([*counts]), np.array([*counts.values()])
    fortunes = np.log1p(np.outer(bets, values)) @ often
    one, other = (float(logsumexp(fortunes[side])) for side in (bets > 0, bets < 0))
    return Evidence(float(np.logaddexp(one, other)) - log(BETS), (one > other) - (one < other))
