"""A fitted n-gram baseline from its state.

A state may come from somebody else, so all that is read of it is checked before scikit-learn uses it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfTransformer

from embedkit.plugin_api import BaselineState, DataError, Fault
from embedkit_baselines.fitted import VARIES, FittedNgrams
from embedkit_baselines.scores import (
    Calibrated,
    CalibratedApart,
    Calibration,
    Floats,
    KeepingLabels,
    LinearModel,
    Plain,
    Scores,
    calibrating,
)


class Vectorizing(Protocol):
    """What a baseline makes of texts before it weighs them: `ngrams.NgramBaseline`."""

    def vectorizer(self, ngrams: int) -> Any: ...

    def weighting(self) -> Any: ...


def fitted_of(
    state: BaselineState, baseline: Vectorizing, classes: Sequence[str], several: bool
) -> FittedNgrams:
    """Return the fitted `baseline` that had `state`; a text may have `several` of the classes, or one.

    Raises DataError if it is no such state.
    """
    stored = _Stored(state)
    terms, columns = stored.terms(), stored.columns(len(classes), several)
    targets = 1 if len(columns) == 2 and not several else len(columns)
    bias = stored.array("bias", "float64", (targets, None))
    scores = Scores(
        weighting=_weighting(stored, baseline, len(terms)),
        used=np.ones(len(terms), np.bool_),
        weights=stored.array("weights", "float64", (len(terms), bias.size)),
        bias=bias,
    )
    vectorizer = baseline.vectorizer(max(term.count(" ") for term in terms) + 1)
    vectorizer.vocabulary_ = {term: column for column, term in enumerate(terms)}
    model = LinearModel(scores, stored.share("beta"), _calibration(stored, len(columns), several))
    return FittedNgrams(vectorizer, model, columns, len(classes), stored.chosen())


def _weighting(stored: _Stored, baseline: Vectorizing, terms: int) -> Any:
    weighting = baseline.weighting()
    if isinstance(weighting, TfidfTransformer):
        weighting.idf_ = stored.array("idf", "float64", (terms,))
        weighting.n_features_in_ = terms
    return weighting


def _calibration(stored: _Stored, known: int, several: bool) -> Calibration:
    """Return the calibration of scores into probabilities of so many `known` classes."""
    kind = stored.one_of("calibration", ("none", "apart" if several else "joint"))
    targets = 1 if known == 2 and not several else known
    calibration: Calibration
    if kind == "joint":
        (regression,) = _fitted_regressions(stored, 1, targets, np.arange(known))
        calibration = Calibrated(regression)
    else:
        constant = stored.constant(targets)
        varies = np.isnan(constant)
        if kind == "none":
            calibration = Plain(constant, single=not several)
        else:
            fitted = iter(_fitted_regressions(stored, int(varies.sum()), targets, np.array([False, True])))
            calibration = CalibratedApart([next(fitted) if each else None for each in varies], constant)
    return KeepingLabels(calibration, not several) if stored.flag("keeps_labels") else calibration


def _fitted_regressions(stored: _Stored, count: int, targets: int, classes: NDArray[Any]) -> list[Any]:
    """Return so many fitted pipelines, as `calibrating` makes them, over the scores of `targets`."""
    if not count:
        return []
    rows = 1 if len(classes) == 2 else len(classes)
    scale = stored.array("scale", "float64", (count, targets))
    if not (scale > 0).all():
        raise _refused("a scale that is not more than 0")
    numbers = zip(
        stored.array("mean", "float64", (count, targets)),
        scale,
        stored.array("coef", "float64", (count, rows, targets)),
        stored.array("intercept", "float64", (count, rows)),
        strict=True,
    )
    return [_pipeline(classes, *each) for each in numbers]


def _pipeline(classes: NDArray[Any], mean: Floats, scale: Floats, coef: Floats, intercept: Floats) -> Any:
    pipeline = calibrating()
    (_, scaler), (_, model) = pipeline.steps
    scaler.mean_, scaler.scale_, scaler.var_ = mean, scale, scale**2
    model.coef_, model.intercept_, model.classes_ = coef, intercept, classes
    for step in (scaler, model):
        step.n_features_in_ = len(mean)
    return pipeline


@dataclass(frozen=True)
class _Stored:
    """The parts of a state. Each method raises DataError for a part that is missing or cannot be."""

    state: BaselineState

    def array(self, name: str, dtype: str, shape: tuple[int | None, ...]) -> NDArray[Any]:
        """Return an array; None in `shape` stands for any number from 1."""
        array = self.state.arrays.get(name)
        if array is None or str(array.dtype) != dtype or array.ndim != len(shape):
            raise _refused(f"no array '{name}' of {dtype} in {len(shape)} dimensions")
        sizes = zip(array.shape, shape, strict=True)
        if any(size < 1 if wanted is None else size != wanted for size, wanted in sizes):
            raise _refused(f"'{name}' has the shape {[*array.shape]}, which does not fit the rest")
        return array

    def terms(self) -> list[str]:
        """Return the n-grams in the order of their columns."""
        try:
            terms = self.array("terms", "uint8", (None,)).tobytes().decode().split("\n")
        except UnicodeDecodeError as error:
            raise _refused("n-grams that are no UTF-8") from error
        if len({*terms}) < len(terms) or "" in terms:
            raise _refused("an n-gram that stands there twice, or is empty")
        return terms

    def columns(self, classes: int, several: bool) -> NDArray[np.int64]:
        """Return which classes occurred in training, ascending: two or more or, of `several`, all."""
        columns = self.array("columns", "int64", (None,))
        ascending = [*columns.tolist()] == sorted({*columns.tolist()})
        if not ascending or columns[0] < 0 or columns[-1] >= classes:
            raise _refused(f"classes that are none of {classes}")
        if len(columns) < (classes if several else 2):
            raise _refused(f"{len(columns)} of {classes} classes")
        return columns

    def constant(self, targets: int) -> Floats:
        """Return the value that all training texts share in each target, NaN where they differ, [L]."""
        coded = self.array("constant", "int8", (targets,))
        if not {*coded.tolist()} <= {VARIES, 0, 1}:
            raise _refused("a constant that is none")
        return np.where(coded == VARIES, np.nan, coded)

    def share(self, name: str) -> float:
        """Return a number from 0 to 1."""
        value = self.state.data.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise _refused(f"'{name}' is no number from 0 to 1")
        return float(value)

    def flag(self, name: str) -> bool:
        """Return whether something holds."""
        value = self.state.data.get(name)
        if not isinstance(value, bool):
            raise _refused(f"'{name}' is neither true nor false")
        return value

    def one_of(self, name: str, allowed: Sequence[str]) -> str:
        """Return one of the texts that are allowed."""
        value = self.state.data.get(name)
        if not isinstance(value, str) or value not in allowed:
            raise _refused(f"'{name}' is none of {', '.join(allowed)}")
        return value

    def chosen(self) -> Mapping[str, float | int]:
        """Return the parameters that were chosen, by name."""
        chosen = self.state.data.get("chosen")
        if not isinstance(chosen, Mapping) or not all(_is_number(value) for value in chosen.values()):
            raise _refused("'chosen' holds more than numbers by name")
        return dict(chosen)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refused(what: str) -> DataError:
    return DataError(Fault(what))
