"""What models predict of labelled texts that none of them was trained on, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from embedkit.interfaces import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class HeldOut:
    """The texts that M models predicted and none of them was trained on, N texts of one of C classes each.

    `ids` [N] are the rows of the texts in their source; `tokens` has those of each text, as the tokenizer of
    the first model made them. `labels` [N] int64 are positions in `classes`. `probabilities` [M, N, C]
    float64 are those of each model; `models` [M] names the models: recipes, seeds, or both.
    """

    ids: IntArray
    texts: tuple[str, ...]
    tokens: tuple[tuple[str, ...], ...]
    labels: IntArray
    classes: tuple[str, ...]
    probabilities: FloatArray
    models: tuple[str, ...]

    @cached_property
    def predicted(self) -> IntArray:
        """Return what each model predicts, positions in `classes` [M, N]."""
        return np.asarray(self.probabilities.argmax(axis=2), np.int64)

    @cached_property
    def wrong(self) -> BoolArray:
        """Return whether each model is wrong on each text, [M, N]."""
        return np.asarray(self.predicted != self.labels, bool)
