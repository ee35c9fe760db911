"""The probabilities of several models, pooled into one, which is calibrated on the held-out texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.interfaces import IntArray

FOLDS = 5
LOWEST = 1e-6
"""Probabilities count as no smaller: a model that is certain has no veto."""

RIDGE = 10.0
"""The weight of equal weights, as if so many texts spoke for them."""


def pooled(probabilities: NDArray[np.float64], labels: IntArray) -> NDArray[np.float64]:
    """Return one probability [N, C] from those of M models [M, N, C]: their logarithmic opinion pool.

    The log probabilities are added up with a weight for each model, which is not negative, and a constant
    for each class (Genest & Zidek 1986). Both are fitted by maximum likelihood to the labels of four fifths
    of the texts and used on the other fifth, so that no text has a say in its own probability. A weight is a
    temperature as well: models that are too sure are calibrated (Guo et al. 2017), those that know nothing
    get the weight 0.
    """
    from scipy.special import log_softmax

    logs = np.log(probabilities.clip(LOWEST))
    result = log_softmax(logs.mean(axis=0), axis=1)
    if len(labels) > 1:
        order = np.random.RandomState(0).permutation(len(labels))
        for part in np.array_split(order, min(FOLDS, len(labels))):
            own = np.zeros(len(labels), bool)
            own[part] = True
            weights, constants = _fit(logs[:, ~own], labels[~own])
            result[own] = log_softmax(np.tensordot(weights, logs[:, own], 1) + constants, axis=1)
    return np.asarray(np.exp(result))


def _fit(logs: NDArray[np.float64], labels: IntArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the weights [M] and constants [C] of the greatest likelihood, with a penalty for far ones."""
    from scipy.optimize import minimize
    from scipy.special import log_softmax

    models, n, classes = logs.shape
    begin = np.concatenate([np.full(models, 1 / models), np.zeros(classes)])
    true = np.eye(classes)[labels]

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        told = log_softmax(np.einsum("m,mnc->nc", values[:models], logs) + values[models:], axis=1)
        apart, far = np.exp(told) - true, values - begin
        slope = np.concatenate([np.einsum("mnc,nc->m", logs, apart), apart.sum(axis=0)])
        return float(RIDGE / 2 * far @ far - told[np.arange(n), labels].sum()), slope + RIDGE * far

    bounds = [(0, None)] * models + [(None, None)] * classes
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds).x
    return found[:models], found[models:]
