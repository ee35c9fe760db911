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

from collections import Counter
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
        self._won = np.zeros((len(names), len(names)), np.int64)
        self._shares: dict[tuple[int, int], Counter[float]] = {}
        self._evidence = np.full((len(names), len(names)), -inf)
        self._dropped: dict[str, Dropped] = {}

    @property
    def texts(self) -> int:
        """Return how many texts have been run by any candidate."""
        return len(self._ids)

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
        self._count(number, differences)
        self._drop(fold)

    def log_e_value(self, better: str, worse: str) -> float:
        """Return the natural logarithm of the e-value that one candidate is better than another.

        Returns -inf if it is not ahead on the texts that both have run.
        """
        return float(self._evidence[self._numbers[better], self._numbers[worse]])

    def _count(self, number: int, differences: NDArray[np.float64]) -> None:
        """Take in a candidate's outcomes less those of each one, [K, n]; NaN where one is not known."""
        won, lost = (differences == 1).sum(axis=1), (differences == -1).sum(axis=1)
        self._won[number] += won
        self._won[:, number] += lost
        size = np.abs(differences)
        between = (size > ROUNDING) & (size < 1)
        for other in np.flatnonzero(between.any(axis=1)).tolist():
            shares = differences[other, between[other]].round(12)
            self._shares.setdefault((number, other), Counter()).update(shares.tolist())
            self._shares.setdefault((other, number), Counter()).update((-shares).tolist())
        for other in np.flatnonzero((won + lost > 0) | between.any(axis=1)).tolist():
            self._weigh(number, other)

    def _weigh(self, number: int, other: int) -> None:
        """Update the evidence on two candidates."""
        won, lost = int(self._won[number, other]), int(self._won[other, number])
        shares = self._shares.get((number, other))
        evidence = weigh_shares({**shares, 1.0: won, -1.0: lost}) if shares else weigh_wins(won, lost)
        self._evidence[number, other] = evidence.log_e_value if evidence.side > 0 else -inf
        self._evidence[other, number] = evidence.log_e_value if evidence.side < 0 else -inf

    def _new_texts(
        self, number: int, ids: Ids, right: NDArray[np.float64]
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the columns of the texts that are new for a candidate, and their outcomes."""
        if (np.diff(ids) <= 0).any():
            ids, first = np.unique(ids, return_index=True)
            right = right[first]
        self._make_room(ids)
        columns = np.searchsorted(self._ids, ids)
        new = np.isnan(self._right[number, columns])
        return columns[new], right[new]

    def _make_room(self, ids: Ids) -> None:
        """Add a column for each text that no candidate has run."""
        columns = np.minimum(np.searchsorted(self._ids, ids), max(0, len(self._ids) - 1))
        unknown = ids[self._ids[columns] != ids] if len(self._ids) else ids
        if len(unknown):
            together, before = np.sort(np.concatenate([self._ids, unknown])), self._right
            self._right = np.full((len(self.names), len(together)), np.nan)
            self._right[:, np.searchsorted(together, self._ids)] = before
            self._ids = together

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
