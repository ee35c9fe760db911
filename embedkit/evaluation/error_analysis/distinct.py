"""Distinct texts: held-out texts of the same tokens and class count once, as their errors are one error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.held_out import HeldOut
    from embedkit.interfaces import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class DistinctTexts:
    """N texts that differ in tokens, class or group, with what the models predict of them together.

    `rows` [N] are their positions in the held-out texts, of equal ones the first. `same` [N] is a number that
    texts of the same tokens share. `labels` and `predicted` [N] are positions in the classes. `doubt` [N]
    float64 is the probability that the models, on average, do not give to the label.
    """

    rows: IntArray
    same: IntArray
    tokens: tuple[tuple[str, ...], ...]
    labels: IntArray
    predicted: IntArray
    doubt: FloatArray

    @property
    def wrong(self) -> BoolArray:
        """Return whether the models together are wrong on each text, [N]."""
        return np.asarray(self.predicted != self.labels, bool)


def distinct_texts(held_out: HeldOut, groups: Sequence[str] | None = None) -> DistinctTexts:
    """Return the texts that differ in tokens, class or, if `groups` [N] has one for each text, group.

    The mean of the models' probabilities decides what is predicted (soft voting).
    """
    keys = zip(held_out.tokens, held_out.labels.tolist(), groups or held_out.labels.tolist(), strict=True)
    first: dict[object, int] = {}
    for row, key in enumerate(keys):
        first.setdefault(key, row)
    rows = np.fromiter(first.values(), np.int64, len(first))
    tokens = tuple(held_out.tokens[row] for row in rows)
    number: dict[tuple[str, ...], int] = {}
    same = np.array([number.setdefault(each, len(number)) for each in tokens], np.int64)
    labels, mean = held_out.labels[rows], held_out.probabilities.mean(axis=0)[rows]
    predicted = np.asarray(mean.argmax(axis=1), np.int64)
    return DistinctTexts(rows, same, tokens, labels, predicted, 1 - mean[np.arange(len(rows)), labels])
