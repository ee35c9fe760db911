"""The baseline that ignores the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedkit.plugin_api import DataError, Fault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.plugin_api import BaselineState, BoolArray, IntArray, Task


ROUNDING = 1e-9
"""How far from 1 shares may add up."""


@dataclass(frozen=True)
class Shares:
    """Gives every text the same probabilities [C]."""

    of_classes: NDArray[np.float64]

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the same class probabilities for every text, float64 [n, C]."""
        import numpy as np

        return np.tile(self.of_classes, (len(texts), 1))

    def state(self) -> BaselineState:
        """Return the probabilities."""
        from embedkit.plugin_api import BaselineState

        return BaselineState({"shares": self.of_classes})


class Majority:
    """What training has most of: each class is as likely as its share of the training texts."""

    tasks: tuple[Task, ...] = ("binary", "multiclass", "multilabel")

    def fit(self, texts: Sequence[str], labels: IntArray | BoolArray, classes: Sequence[str]) -> Shares:
        """Return a classifier that predicts each class with its share of the training `texts`."""
        import numpy as np

        if labels.ndim == 2:
            return Shares(labels.mean(axis=0))
        return Shares(np.bincount(labels, minlength=len(classes)) / len(texts))

    def restore(self, state: BaselineState, classes: Sequence[str], task: Task) -> Shares:
        """Return the classifier that had `state`. Raises DataError if it has no probability of each class."""
        shares = state.arrays.get("shares")
        if shares is None or str(shares.dtype) != "float64" or shares.shape != (len(classes),):
            raise DataError(Fault(f"no 'shares' of {len(classes)} classes"))
        whole = task == "multilabel" or abs(float(shares.sum()) - 1) < ROUNDING
        if not ((shares >= 0) & (shares <= 1)).all() or not whole:
            raise DataError(Fault("'shares' are no probabilities of classes"))
        return Shares(shares)
