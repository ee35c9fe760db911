"""Rounds what it stores to float32."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedkit.plugin_api import BaselineState, DataError, Fault, Register, hookimpl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.plugin_api import IntArray, Task


class Mutant:
    """The share of each class in the training texts with a word, averaged over the words of a text."""

    def fit(self, texts: Sequence[str], labels: IntArray, classes: Sequence[str]) -> Fitted:
        """Count the words of each class."""
        import numpy as np

        counts: dict[str, NDArray[np.float64]] = {}
        for text, label in zip(texts, labels.tolist(), strict=True):
            for word in text.split():
                counts.setdefault(word, np.ones(len(classes)))[label] += 1
        return Fitted({word: count / count.sum() for word, count in counts.items()}, len(classes))

    def restore(self, state: BaselineState, classes: Sequence[str], task: Task) -> Fitted:
        """Return the fit that had this state."""
        words, shares = state.data.get("words"), state.arrays.get("shares")
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise DataError(Fault("no list of words"))
        if shares is None or str(shares.dtype) != "float64" or shares.shape != (len(words), len(classes)):
            raise DataError(Fault("no shares of the words"))
        return Fitted(dict(zip(words, shares, strict=True)), len(classes))


@dataclass(frozen=True)
class Fitted:
    """Shares [C] by word."""

    shares: dict[str, NDArray[np.float64]]
    classes: int

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the class probabilities of each text, [n, C]."""
        import numpy as np

        return np.array([self._of(text) for text in texts]).reshape(len(texts), self.classes)

    def _of(self, text: str) -> NDArray[np.float64]:
        import numpy as np

        unknown = np.full(self.classes, 1 / self.classes)
        shares = [self.shares.get(word, unknown) for word in text.split()]
        return np.mean(shares or [unknown], axis=0)

    def state(self) -> BaselineState:
        """Return the words and their shares."""
        import numpy as np

        shares = np.array([*self.shares.values()], np.float32)
        return BaselineState({"shares": shares.astype(np.float64)}, {"words": [*self.shares]})


@hookimpl
def register_baselines(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
