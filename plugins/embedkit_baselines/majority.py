"""The baseline that ignores the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.plugin_api import BoolArray, IntArray, Task


@dataclass(frozen=True)
class Shares:
    """Gives every text the same probabilities [C]."""

    of_classes: NDArray[np.float64]

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the same class probabilities for every text, float64 [n, C]."""
        import numpy as np

        return np.tile(self.of_classes, (len(texts), 1))


class Majority:
    """What training has most of: each class is as likely as its share of the training texts."""

    tasks: tuple[Task, ...] = ("binary", "multiclass", "multilabel")

    def fit(self, texts: Sequence[str], labels: IntArray | BoolArray, classes: Sequence[str]) -> Shares:
        """Return a classifier that predicts each class with its share of the training `texts`."""
        import numpy as np

        if labels.ndim == 2:
            return Shares(labels.mean(axis=0))
        return Shares(np.bincount(labels, minlength=len(classes)) / len(texts))
