"""The fitted baseline from its state.

A state may come from somebody else, so all that is read of it is checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from embedkit.plugin_api import BaselineState, DataError, Fault
from embedkit_text_encoder.fitted import FittedRegression

if TYPE_CHECKING:
    from embedkit.plugin_api import TextModel


def restored(model: TextModel, state: BaselineState, classes: int, several: bool) -> FittedRegression:
    """Return the fitted baseline that had `state`, which may give `several` labels to a text, or one.

    Raises DataError if it is no such state, or that of another text encoder.
    """
    if state.data.get("digest") != model.digest:
        raise DataError(Fault("its text encoder is another one now, by its files or its keys"))
    columns = _columns(state, classes, several)
    targets = 1 if len(columns) == 2 and not several else len(columns)
    weights = _array(state, "weights", "float64", (model.dim, targets))
    bias = _array(state, "bias", "float64", (targets,))
    return FittedRegression(model, weights, bias, columns, classes, several, _chosen(state))


def _array(state: BaselineState, name: str, dtype: str, shape: tuple[int, ...]) -> NDArray[Any]:
    array = state.arrays.get(name)
    if array is None or str(array.dtype) != dtype or array.shape != shape:
        raise DataError(Fault(f"no array '{name}' of {dtype} {[*shape]}"))
    return array


def _columns(state: BaselineState, classes: int, several: bool) -> NDArray[np.int64]:
    """Return which classes occurred in training, ascending: two or more or, of `several`, all."""
    columns = state.arrays.get("columns")
    if columns is None or str(columns.dtype) != "int64" or columns.ndim != 1:
        raise DataError(Fault("no array 'columns' of int64 in one dimension"))
    ascending = bool((np.diff(columns) > 0).all()) and bool(((columns >= 0) & (columns < classes)).all())
    if not ascending or len(columns) < (classes if several else 2):
        raise DataError(Fault(f"'columns' are no classes, of {classes}"))
    return columns


def _chosen(state: BaselineState) -> Mapping[str, float | int]:
    chosen = state.data.get("chosen")
    numbers = isinstance(chosen, Mapping) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in chosen.values()
    )
    if not isinstance(chosen, Mapping) or not numbers:
        raise DataError(Fault("'chosen' holds more than numbers by name"))
    return dict(chosen)
