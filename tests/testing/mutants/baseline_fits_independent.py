"""Keeps what it learns in itself, for each thread, where the next fit overwrites it."""

from __future__ import annotations

from collections.abc import Sequence
from threading import get_ident
from typing import TYPE_CHECKING

from embedkit.plugin_api import Register, hookimpl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.plugin_api import IntArray


class Mutant:
    """The share of each class in the training texts with a word, averaged over the words of a text."""

    def __init__(self) -> None:
        self.shares: dict[int, dict[str, NDArray[np.float64]]] = {}

    def fit(self, texts: Sequence[str], labels: IntArray, classes: Sequence[str]) -> Mutant:
        """Count the words of each class."""
        import numpy as np

        counts: dict[str, NDArray[np.float64]] = {}
        for text, label in zip(texts, labels.tolist(), strict=True):
            for word in text.split():
                counts.setdefault(word, np.ones(len(classes)))[label] += 1
        self.shares[get_ident()] = {word: count / count.sum() for word, count in counts.items()}
        self.classes = len(classes)
        return self

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the class probabilities of each text, [n, C]."""
        import numpy as np

        return np.array([self._of(text) for text in texts]).reshape(len(texts), self.classes)

    def _of(self, text: str) -> NDArray[np.float64]:
        import numpy as np

        unknown = np.full(self.classes, 1 / self.classes)
        shares = [self.shares[get_ident()].get(word, unknown) for word in text.split()]
        return np.mean(shares or [unknown], axis=0)


@hookimpl
def register_baselines(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
