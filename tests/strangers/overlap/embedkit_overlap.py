"""A baseline that counts: which class's training texts have the words of a text most often."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Gt

from embedkit.plugin_api import BaselineState, DataError, Doc, Register, hookimpl

if TYPE_CHECKING:
    import numpy as np

WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return WORD.findall(text.lower())


class Overlap:
    """Each class has the share of a text's words that its training texts have, smoothed."""

    def __init__(
        self, *, smoothing: Annotated[float, Gt(0), Doc("added to the count of every class")] = 1.0
    ) -> None:
        self.smoothing = smoothing

    def fit(self, texts: Sequence[str], labels: Any, classes: Sequence[str]) -> Fitted:
        """Count the words of every class."""
        import numpy as np

        counts: dict[str, Counter[int]] = {}
        for text, label in zip(texts, labels.tolist(), strict=True):
            for word in words_of(text):
                counts.setdefault(word, Counter())[label] += 1
        if not counts:
            raise DataError("no training text has a word")
        table = [[counts[word][index] for index in range(len(classes))] for word in sorted(counts)]
        return Fitted(sorted(counts), np.array(table, dtype=np.int64), self.smoothing)

    def restore(self, state: BaselineState, classes: Sequence[str], task: str) -> Fitted:
        """Return what was fitted, of its words and their counts."""
        words, counts = state.data.get("words"), state.arrays.get("counts")
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise DataError("its words are no list of strings")
        if counts is None or counts.shape != (len(words), len(classes)) or str(counts.dtype) != "int64":
            raise DataError("its counts do not fit its words and classes")
        return Fitted(words, counts, self.smoothing)


class Fitted:
    """The counts [V, C] of all training words by class."""

    def __init__(self, words: list[str], counts: np.ndarray, smoothing: float) -> None:
        self.words = words
        self.rows = {word: row for row, word in enumerate(words)}
        self.counts = counts
        self.smoothing = smoothing

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return each class's smoothed share of the counts of a text's words."""
        import numpy as np

        known = [[self.rows[word] for word in words_of(text) if word in self.rows] for text in texts]
        sums = np.array([self.counts[rows].sum(axis=0) for rows in known], dtype=np.float64)
        sums = sums.reshape(len(texts), self.counts.shape[1]) + self.smoothing
        return sums / sums.sum(axis=1, keepdims=True)

    def evidence(self, text: str) -> Mapping[str, np.ndarray]:
        """Return the counts of every word of a text that training had."""
        return {w: self.counts[self.rows[w]].astype("float64") for w in words_of(text) if w in self.rows}

    def state(self) -> BaselineState:
        """Return the words and their counts."""
        return BaselineState({"counts": self.counts}, {"words": self.words})


@hookimpl
def register_baselines(register: Register) -> None:
    """Register `overlap`."""
    register("overlap", Overlap)
