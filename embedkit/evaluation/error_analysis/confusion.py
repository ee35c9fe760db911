"""The confusion matrix, with the texts in each of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embedkit.evaluation.intervals import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embedkit.interfaces import IntArray


@dataclass(frozen=True)
class Share:
    """How many of n texts, their share, and its 95% Wilson interval."""

    count: int
    n: int
    share: float
    ci95: tuple[float, float]


@dataclass(frozen=True)
class Cell:
    """The texts with the class `label` of which `predicted` is predicted: their positions among all texts."""

    label: str
    predicted: str
    texts: tuple[int, ...]


@dataclass(frozen=True)
class Confusion:
    """What is predicted of the texts of each class.

    `cells` has the cells of the matrix with texts, by class, then by what is predicted. `recall` is the share
    of a class's texts that are predicted right, `precision` that of the texts of which the class is
    predicted; None where there are no texts.
    """

    classes: tuple[str, ...]
    cells: tuple[Cell, ...]
    recall: tuple[Share | None, ...]
    precision: tuple[Share | None, ...]

    @property
    def counts(self) -> IntArray:
        """Return the number of texts in each cell [C, C]: rows are classes, columns what is predicted."""
        place = {name: position for position, name in enumerate(self.classes)}
        counts = np.zeros((len(self.classes), len(self.classes)), np.int64)
        for cell in self.cells:
            counts[place[cell.label], place[cell.predicted]] = len(cell.texts)
        return counts

    def texts(self, label: str, predicted: str) -> tuple[int, ...]:
        """Return the positions of the texts of class `label` of which `predicted` is predicted."""
        cells = (each.texts for each in self.cells if (each.label, each.predicted) == (label, predicted))
        return next(cells, ())


def confusion(labels: IntArray, predicted: IntArray, classes: Sequence[str]) -> Confusion:
    """Return the confusion matrix of n texts; `labels` and `predicted` [n] are positions in `classes`."""
    width = len(classes)
    number = labels * width + predicted
    order = np.argsort(number, kind="stable")
    filled, starts = np.unique(number[order], return_index=True)
    parts = np.split(order, starts[1:]) if len(filled) else []
    cells = (
        Cell(classes[cell // width], classes[cell % width], tuple(texts.tolist()))
        for cell, texts in zip(filled.tolist(), parts, strict=True)
    )
    right = np.bincount(labels[labels == predicted], minlength=width)
    return Confusion(
        classes=tuple(classes),
        cells=tuple(cells),
        recall=_shares(right, np.bincount(labels, minlength=width)),
        precision=_shares(right, np.bincount(predicted, minlength=width)),
    )


def _shares(right: IntArray, texts: IntArray) -> tuple[Share | None, ...]:
    pairs = zip(right.tolist(), texts.tolist(), strict=True)
    return tuple(Share(k, n, k / n, wilson_interval(k, n)) if n else None for k, n in pairs)
