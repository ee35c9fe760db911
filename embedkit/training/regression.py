"""Logistic regression on encoded texts, by scikit-learn: the weights of a linear head.

scikit-learn is imported here, so this module is imported when a head is fitted.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold

if TYPE_CHECKING:
    from embedkit.interfaces import BoolArray, IntArray

STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""The values of C, the inverse strength of the L2 penalty, to choose from."""

USUAL = 1e-2
"""C where there are too few texts to choose by."""

FEWEST_TEXTS = 50
FOLDS = 5

MOST_TEXTS = 5_000
"""Most texts that C is chosen by: a sample of more. The head is fitted to all."""

TOLERANCE = 1e-6
"""Largest element of the gradient of the mean loss at which L-BFGS stops."""

ROUGH = 1e-4
"""The same where only values of C are compared, in at most `FEW` steps."""

STEPS, FEW = 1000, 200

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Targets:
    """What is learnt of n texts: `classes`, int64 [n], or bool [n, L] of several labels.

    `weights` float64 has the weight of each text in the loss, in the shape of `classes`. `logits` is the
    number L of logits: 1 for two classes, else one for each class or label.
    """

    classes: IntArray | BoolArray
    weights: Floats
    logits: int

    def __len__(self) -> int:
        return len(self.classes)

    def take(self, rows: IntArray) -> Targets:
        """Return the targets of some of the texts."""
        return Targets(self.classes[rows], self.weights[rows], self.logits)

    def problems(self) -> Iterator[tuple[IntArray | BoolArray, Floats]]:
        """Yield targets [n] and weights [n] of each regression: one for each label, and else one for all."""
        if self.classes.ndim == 1:
            yield self.classes, self.weights
        else:
            yield from zip(self.classes.T, self.weights.T, strict=True)


@dataclass(frozen=True)
class Linear:
    """The weights [L, H] and the bias [L] of a linear head."""

    weights: Floats
    bias: Floats

    def logits(self, features: Floats) -> Floats:
        """Return the logits [n, L] of encoded texts [n, H]."""
        logits: Floats = features @ self.weights.T + self.bias
        return logits


class Regression:
    """Logistic regression on texts encoded as `features` [n, H], which are standardised for it.

    The penalty is on the weights of the standardised features, so that their scale does not matter.
    """

    def __init__(self, features: Floats, targets: Targets) -> None:
        self._targets = targets
        self._mean = features.mean(axis=0)
        deviation = features.std(axis=0)
        # A feature that is the same for all texts, but for rounding, tells nothing.
        constant = deviation <= 1e-9 * np.abs(self._mean)
        self._scale = np.where(constant, 1.0, deviation)
        self._features = np.where(constant, 0.0, (features - self._mean) / self._scale)

    def fit(self, c: float, rough: bool = False) -> Linear:
        """Return the weights for features as they are, with an L2 penalty of inverse strength `c`.

        If `rough`, they are exact enough to compare values of `c`.
        """
        limits = {"tol": ROUGH, "max_iter": FEW} if rough else {"tol": TOLERANCE, "max_iter": STEPS}
        regression = LogisticRegression(C=c, **limits)
        fitted = [self._fit(classes, weights, regression) for classes, weights in self._targets.problems()]
        weights = np.concatenate([part.weights for part in fitted]) / self._scale
        bias = np.concatenate([part.bias for part in fitted]) - weights @ self._mean
        return Linear(weights, bias)

    def _fit(self, classes: IntArray | BoolArray, weights: Floats, regression: LogisticRegression) -> Linear:
        """Fit one regression: of two classes, of several, or of one label."""
        known: IntArray = np.unique(classes).astype(np.int64)
        rows = 1 if self._targets.classes.ndim == 2 else self._targets.logits
        if len(known) == 1:
            return _constant(int(known[0]), rows, self._features.shape)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            regression.fit(self._features, classes, sample_weight=weights)
        return _of_every_class(regression, known, rows, len(classes))


def _constant(known: int, rows: int, shape: tuple[int, ...]) -> Linear:
    """Return a head that predicts the one class that all n texts have, with smoothed log odds of n + 1."""
    odds = np.log(shape[0] + 1)
    bias = np.where(np.arange(rows) == known, odds, 0.0) if rows > 1 else np.array([odds if known else -odds])
    return Linear(np.zeros((rows, shape[1])), bias)


def _of_every_class(regression: LogisticRegression, known: IntArray, rows: int, texts: int) -> Linear:
    """Return the head of a fitted regression, with a logit also for a class that no text has.

    scikit-learn gives one logit for two classes, and otherwise logits that add up to 0: below them, a
    logit of -log(n + 1) is a probability of less than 1 / (n + 1).
    """
    coefficients, intercepts = regression.coef_, regression.intercept_
    if rows == 1:
        return Linear(coefficients, intercepts)
    if len(known) == 2:
        coefficients = np.concatenate([-coefficients, coefficients]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    weights, bias = np.zeros((rows, coefficients.shape[1])), np.full(rows, -np.log(texts + 1))
    weights[known], bias[known] = coefficients, intercepts
    return Linear(weights, bias)


Loss = Callable[[Floats, Targets], float]
"""Returns the mean loss of logits [n, L] for the targets of n texts."""


@dataclass(frozen=True)
class Encoded:
    """Encoded texts: their `features` float64 [n, H] and their targets."""

    features: Floats
    targets: Targets

    def __len__(self) -> int:
        return len(self.targets)

    def take(self, rows: IntArray) -> Encoded:
        """Return some of the texts."""
        return Encoded(self.features[rows], self.targets.take(rows))


def fit_linear(train: Encoded, c: float) -> Linear:
    """Return the head fitted to encoded texts, with an L2 penalty of inverse strength `c`."""
    return Regression(train.features, train.targets).fit(c)


def choose_strength(train: Encoded, validation: Encoded | None, loss: Loss, seed: int) -> float:
    """Return the value of C with the smallest loss on `validation` or, without it, in cross-validation.

    Of very many texts a sample is learnt from; if there are too few, nothing is chosen.
    """
    if len(train) < FEWEST_TEXTS:
        return USUAL
    generator = np.random.default_rng(seed)
    if len(train) > MOST_TEXTS:
        train = train.take(np.sort(generator.permutation(len(train))[:MOST_TEXTS]))
    if validation is not None:
        pairs = [(train, validation)]
    else:
        pairs = [(train.take(learning), train.take(held)) for learning, held in _folds(train.targets, seed)]
    losses = [_losses(learning, held, loss) for learning, held in pairs]
    return STRENGTHS[int(np.mean(losses, axis=0).argmin())]


def _losses(learning: Encoded, held: Encoded, loss: Loss) -> list[float]:
    """Return the loss on the texts `held` out for each value of C."""
    regression = Regression(learning.features, learning.targets)
    return [loss(regression.fit(c, rough=True).logits(held.features), held.targets) for c in STRENGTHS]


def _folds(targets: Targets, seed: int) -> list[tuple[IntArray, IntArray]]:
    """Return the rows to learn from and those to hold out, of each fold; by class if all classes suffice."""
    classes = targets.classes
    stratified = classes.ndim == 1 and np.unique(classes, return_counts=True)[1].min() >= FOLDS
    folds = (StratifiedKFold if stratified else KFold)(FOLDS, shuffle=True, random_state=seed)
    return [*folds.split(np.zeros(len(classes)), classes if stratified else None)]
