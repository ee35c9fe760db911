"""How well scores tell the texts of a class, at every threshold: ROC, and precision by recall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from embedkit.interfaces import BoolArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Thresholds:
    """The K distinct scores as thresholds, in descending order, at which texts are said to be of a class.

    `right` [K] float64 are the texts of the class that score as much or more, `false` [K] those of others.
    """

    right: Floats
    false: Floats

    @classmethod
    def of(cls, is_class: BoolArray, scores: Floats) -> Thresholds:
        """Count the texts by their scores [n]; `is_class` [n] says which are of the class, at least one."""
        order = np.argsort(-scores, kind="stable")
        ordered = scores[order]
        last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
        right = is_class[order].cumsum()[last].astype(np.float64)
        return cls(right, last + 1 - right)

    def roc(self) -> tuple[Floats, Floats]:
        """Return the rates of false and of true positives at (0, 0) and where the curve turns, [m] each.

        A text of another class has to be there.
        """
        turns = self._with_ends((np.diff(self.false, 2) != 0) | (np.diff(self.right, 2) != 0))
        x, y = (np.append(0.0, counts[turns] / counts[-1]) for counts in (self.false, self.right))
        return x, y

    def precision_recall(self) -> tuple[Floats, Floats]:
        """Return recall and precision from (0, 1) on, [m] each: a recall at its first and last threshold."""
        ends = self._with_ends((np.diff(self.right[:-1]) != 0) | (np.diff(self.right[1:]) != 0))
        recall, precision = self.right / self.right[-1], self.right / (self.right + self.false)
        return np.append(0.0, recall[ends]), np.append(1.0, precision[ends])

    def average_precision(self) -> float:
        """Return the mean of the precisions at all thresholds, weighted by what each adds to the recall."""
        steps = np.diff(self.right, prepend=0.0) / self.right[-1]
        return float((steps * self.right / (self.right + self.false)).sum())

    def _with_ends(self, between: BoolArray) -> BoolArray:
        """Return which thresholds are kept, [K]: the first, the last, and those chosen `between` [K - 2]."""
        kept = np.ones(len(self.right), bool)
        kept[1:-1] = between
        return kept


def area(x: Floats, y: Floats) -> float:
    """Return the area under the lines through the points (x, y), with x in ascending order."""
    return float((np.diff(x) * (y[1:] + y[:-1]) / 2).sum())
