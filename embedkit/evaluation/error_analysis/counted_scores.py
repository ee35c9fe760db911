"""Accuracy and the F1 of each class as ratios of sums over texts, so that their sampling error is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.interfaces import BoolArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ratio:
    """A score of N texts: the sum of `parts` [N] over the sum of `wholes` [N], both float64."""

    parts: Floats
    wholes: Floats

    @property
    def score(self) -> float:
        """Return the score; NaN where there is nothing to count."""
        whole = self.wholes.sum()
        return float(self.parts.sum() / whole) if whole else float("nan")


def accuracy(labels: BoolArray, predicted: BoolArray) -> Ratio:
    """Return the share of the texts whose labels [N, C] are all predicted, and no others."""
    right = (labels == predicted).all(axis=1).astype(np.float64)
    return Ratio(right, np.ones(len(right)))


def f1(labels: BoolArray, predicted: BoolArray, column: int) -> Ratio:
    """Return the F1 of one class: twice the hits over the texts that have it and those predicted to."""
    has, found = labels[:, column].astype(np.float64), predicted[:, column].astype(np.float64)
    return Ratio(2 * has * found, has + found)


def indicators(values: Sequence[str], classes: Sequence[str], separator: str | None) -> BoolArray:
    """Return which of the classes each value names, [N, C]; several where there is a `separator`."""
    place = {name: column for column, name in enumerate(classes)}
    distinct = {value: row for row, value in enumerate(dict.fromkeys(values))}
    table = np.zeros((len(distinct), len(classes)), bool)
    for value, row in distinct.items():
        for part in (value,) if separator is None else value.split(separator):
            if part in place:
                table[row, place[part]] = True
    return table[[distinct[value] for value in values]]
