"""A fitted n-gram baseline, and its state: arrays and plain data.

scikit-learn is imported here, so this module is imported when a baseline is fitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfTransformer

from embedkit.plugin_api import BaselineState
from embedkit_baselines.scores import (
    Calibrated,
    CalibratedApart,
    Calibration,
    Floats,
    KeepingLabels,
    LinearModel,
    Plain,
    mixed,
)

VARIES = -1
"""In place of NaN in a stored `constant`: the training texts differ in this target."""


@dataclass(frozen=True)
class FittedNgrams:
    """A fitted CountVectorizer and the linear model over its counts.

    `columns` are the indices of the classes that occur in training. `chosen` has the parameters that were
    found by cross-validation, and the accuracy they reached there.
    """

    vectorizer: Any
    model: LinearModel
    columns: NDArray[np.int64]
    classes: int
    chosen: Mapping[str, float | int]

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return class probabilities, float64 [n, C]; a class that does not occur in training gets 0."""
        probabilities = np.zeros((len(texts), self.classes))
        probabilities[:, self.columns] = self.model.probabilities(self.vectorizer.transform(texts))
        return probabilities

    def evidence(self, text: str) -> dict[str, Floats]:
        """Return what each n-gram of a text adds to the linear score of each class, float64 [C].

        Of two classes, what speaks for one speaks against the other. The scores are those before calibration.
        """
        names, scores = self.vectorizer.get_feature_names_out(), self.model.scores
        row = scores.weighting.transform(self.vectorizer.transform([text])).tocsr()
        row.sort_indices()  # scikit-learn 1.4 leaves them as they came
        parts = scores.weights[row.indices].reshape(row.nnz, *scores.bias.shape) * row.data[:, None, None]
        added = mixed(parts, self.model.beta)
        by_class = np.zeros((row.nnz, self.classes))
        alone = added.shape[1] == 1 and len(self.columns) == 2
        by_class[:, self.columns] = np.hstack([-added, added]) if alone else added
        return dict(zip(names[row.indices].tolist(), by_class, strict=True))

    def state(self) -> BaselineState:
        """Return the n-grams in order, their weights, and the calibration."""
        model = self.model
        calibration, keeps = model.calibration, isinstance(model.calibration, KeepingLabels)
        if isinstance(calibration, KeepingLabels):
            calibration = calibration.calibration
        kind, arrays = _stored_calibration(calibration)
        terms = "\n".join(self.vectorizer.get_feature_names_out()).encode()
        arrays |= {"terms": np.frombuffer(terms, np.uint8), "columns": self.columns}
        arrays |= {"weights": model.scores.weights, "bias": model.scores.bias}
        if isinstance(model.scores.weighting, TfidfTransformer):
            arrays["idf"] = model.scores.weighting.idf_
        data = {"beta": model.beta, "calibration": kind, "keeps_labels": keeps, "chosen": dict(self.chosen)}
        return BaselineState(arrays, data)


def _stored_calibration(calibration: Calibration) -> tuple[str, dict[str, NDArray[Any]]]:
    """Return the kind of a calibration, and its numbers."""
    if isinstance(calibration, Calibrated):
        return "joint", _regressions([calibration.regression])
    if isinstance(calibration, CalibratedApart):
        fitted = [each for each in calibration.regressions if each is not None]
        return "apart", {"constant": _coded(calibration.constant), **_regressions(fitted)}
    assert isinstance(calibration, Plain), "there are three kinds of calibrations, and what keeps labels"
    return "none", {"constant": _coded(calibration.constant)}


def _regressions(pipelines: Sequence[Any]) -> dict[str, NDArray[Any]]:
    """Return the numbers of R calibrations; none if there are no calibrations.

    They are `mean` and `scale` [R, L], `coef` [R, K, L], `intercept` [R, K].
    """
    if not pipelines:
        return {}
    scalers, models = zip(*((each[0], each[-1]) for each in pipelines), strict=True)
    return {
        "mean": np.array([scaler.mean_ for scaler in scalers]),
        "scale": np.array([scaler.scale_ for scaler in scalers]),
        "coef": np.array([model.coef_ for model in models]),
        "intercept": np.array([model.intercept_ for model in models]),
    }


def _coded(constant: Floats) -> NDArray[np.int8]:
    return np.where(np.isnan(constant), VARIES, constant).astype(np.int8)
