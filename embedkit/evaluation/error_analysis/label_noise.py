"""The share of wrong labels, told from the errors of models by what becomes of them where models are sure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.interfaces import BoolArray, IntArray

FEWEST = 50
"""A class that fewer texts are predicted to have shares the curve of the other such classes."""

LARGEST = 0.98
"""Up to which part of all labels being drawn at random the share is searched."""

SURE = 1e-12

CHI_SQUARE = 3.841458820694124
"""The 95% quantile of the chi-squared distribution with one degree of freedom."""

WIDEST = 0.15
"""The width of an interval up to which a share is claimed."""

BINS = 300

SPAN = 1.5
SHARES = 11
"""Shares of wrong labels over which chances are averaged, up to so many times the end of the interval."""


@dataclass(frozen=True)
class LabelNoise:
    """The share of labels that look wrong, with its 95% profile-likelihood interval `ci95`.

    A model errs less the surer it is, and wrong labels contradict it however sure it is. The share of
    contradicted labels is therefore fitted as a logistic curve of the log odds of the predicted class, one
    for each predicted class, above a floor: the share of wrong labels, which is the lapse rate of a
    psychometric function (Wichmann & Hill 2001) and what Patrini et al. (2017) read off at single texts. It
    rests on labels being wrong at random, as often whatever the text; texts that mislead every model, however
    sure, count as wrong labels, and errors that only hard texts have do not.
    """

    share: float
    ci95: tuple[float, float]

    @property
    def found(self) -> bool:
        """Return whether there are wrong labels that cannot be errors of the models.

        False as well if the interval is wider than WIDEST: the models are too weak to tell.
        """
        low, high = self.ci95
        return low > 0 and high - low <= WIDEST


@dataclass(frozen=True)
class FittedNoise:
    """The share of wrong labels, `noise`, and the chance that each label is wrong, `wrong` [N]."""

    noise: LabelNoise
    wrong: NDArray[np.float64]


@dataclass(frozen=True)
class _Curve:
    """The texts that are predicted to have one class: log odds [n], and which labels contradict it, [n].

    To be fast, texts with nearly the same log odds are put into a bin: `middles`, `sizes` and `counts`, the
    mean log odds, the texts and the contradicted ones among them.
    """

    rows: IntArray
    odds: NDArray[np.float64]
    contradicted: BoolArray
    classes: int
    middles: NDArray[np.float64]
    sizes: NDArray[np.float64]
    counts: NDArray[np.float64]

    @classmethod
    def of(cls, rows: IntArray, odds: NDArray[np.float64], contradicted: BoolArray, classes: int) -> _Curve:
        bins = np.array_split(np.argsort(odds, kind="stable"), min(len(odds), BINS))
        middles, counts = (np.array([each[own].sum() for own in bins]) for each in (odds, contradicted))
        sizes = np.array([len(own) for own in bins], np.float64)
        return cls(rows, odds, contradicted, classes, middles / sizes, sizes, counts.astype(np.float64))

    def fit(self, share: float) -> tuple[float, NDArray[np.float64]]:
        """Return the smallest loss for a share of wrong labels, and the model's error rates there, [n].

        From either begin alone, a steep curve or a flat one, some optima are missed.
        """
        from scipy.optimize import minimize

        n = self.sizes.sum()
        flat = -np.log((self.counts.sum() + 0.5) / (n + 0.5 - self.counts.sum()))
        found = [
            minimize(
                lambda values: self._loss(values, share),
                np.array(begin),
                jac=True,
                method="L-BFGS-B",
                bounds=[(-20, 20), (0, 20)],
            )
            for begin in ((0.0, 1.0), (flat, 0.0))
        ]
        best = min(found, key=lambda each: float(each.fun))
        return float(best.fun) * n, _errors(best.x, self.odds)

    def _loss(self, values: NDArray[np.float64], share: float) -> tuple[float, NDArray[np.float64]]:
        """Return the mean loss, and its derivatives by the constant and the slope of the curve."""
        errors = _errors(values, self.middles)
        steep = 1 - share * self.classes / (self.classes - 1)
        told = (share + errors * steep).clip(SURE, 1 - SURE)
        rest, n = self.sizes - self.counts, self.sizes.sum()
        loss = -(self.counts * np.log(told) + rest * np.log1p(-told)).sum()
        slope = (self.counts / told - rest / (1 - told)) * errors * (1 - errors) * steep
        return float(loss / n), np.array([slope.sum(), (slope * self.middles).sum()]) / n


def _errors(values: NDArray[np.float64], odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the error rates of a model at log odds [n], by the constant and the slope of a curve."""
    from scipy.special import expit

    return np.asarray(expit(-(values[0] + values[1] * odds)))


def fit_noise(probabilities: NDArray[np.float64], labels: IntArray) -> FittedNoise | None:
    """Return the share of wrong labels of N texts with calibrated held-out probabilities [N, C].

    None if there is but one class. A model that is not surer of some texts than of others tells nothing: its
    interval begins at 0 and ends at its error rate.
    """
    from scipy.optimize import minimize_scalar

    classes = probabilities.shape[1]
    if classes < 2:
        return None
    curves = _curves(probabilities, labels)
    most = LARGEST * (classes - 1) / classes

    def loss(share: float) -> float:
        return sum(curve.fit(share)[0] for curve in curves)

    inner = minimize_scalar(loss, bounds=(0, most), method="bounded", options={"xatol": 5e-4})
    best, least = min([(0.0, loss(0.0)), (float(inner.x), float(inner.fun))], key=lambda each: each[1])
    limit = least + CHI_SQUARE / 2
    ci95 = _end(loss, best, 0.0, limit), _end(loss, best, most, limit)
    return FittedNoise(LabelNoise(best, ci95), _wrong(curves, min(most, SPAN * ci95[1] + SURE), len(labels)))


def _wrong(curves: Sequence[_Curve], highest: float, n: int) -> NDArray[np.float64]:
    """Return the chance that each label is wrong, [N], the mean over shares of wrong labels up to `highest`.

    Each share has the weight of its likelihood, as if all had been equally likely before.
    """
    shares = np.linspace(0, highest, SHARES)
    fits = [[curve.fit(share) for curve in curves] for share in shares.tolist()]
    losses = np.array([sum(loss for loss, _ in fit) for fit in fits])
    weights = np.exp(losses.min() - losses)
    wrong = np.zeros(n)
    for weight, share, fit in zip(weights / weights.sum(), shares, fits, strict=True):
        for curve, (_, errors) in zip(curves, fit, strict=True):
            by_label = share * (1 - errors)
            by_model = errors * (1 - share / (curve.classes - 1))
            chance = by_label / (by_label + by_model).clip(SURE)
            wrong[curve.rows] += weight * np.where(curve.contradicted, chance, 0)
    return wrong


def _end(loss: Callable[[float], float], best: float, end: float, limit: float) -> float:
    """Return where between `best` and `end` the loss reaches `limit`; `end` if it does not."""
    from scipy.optimize import brentq

    if best == end or loss(end) <= limit:
        return end
    low, high = sorted((best, end))
    return float(brentq(lambda share: loss(share) - limit, low, high, xtol=5e-4))


def _curves(probabilities: NDArray[np.float64], labels: IntArray) -> Sequence[_Curve]:
    """Return the texts by predicted class, those of rarely predicted classes together."""
    predicted = probabilities.argmax(axis=1)
    sure = probabilities.max(axis=1).clip(SURE, 1 - 1e-9)
    odds = np.log(sure) - np.log1p(-sure)
    often = np.bincount(predicted, minlength=probabilities.shape[1]) >= FEWEST
    groups = np.where(often[predicted], predicted, -1)
    found = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    return [
        _Curve.of(rows, odds[rows], (predicted != labels)[rows], probabilities.shape[1]) for rows in found
    ]
