"""A baseline with all that a baseline may have."""

from collections.abc import Mapping, Sequence
from typing import Any

from embedkit.plugin_api import BaselineState, DataError, Task


class Counts:
    """How often each class has a text's words."""

    tasks = ("binary", "multiclass", "multilabel")
    runs_code = False

    def fit(self, texts: Sequence[str], labels: Any, classes: Sequence[str]) -> "Fitted":
        """Count the words by class."""
        import numpy as np

        words = sorted({word for text in texts for word in text.split()})
        if not words:
            raise DataError("the texts have no words")
        rows = {word: row for row, word in enumerate(words)}
        of = labels if labels.ndim == 2 else np.eye(len(classes), dtype=bool)[labels]
        counts = np.zeros((len(words), len(classes)), dtype=np.int64)
        for text, classes_of in zip(texts, of, strict=True):
            for word in text.split():
                counts[rows[word]] += classes_of
        return Fitted(words, counts)

    def restore(self, state: BaselineState, classes: Sequence[str], task: Task) -> "Fitted":
        """Return what had the state."""
        counts, words = state.arrays.get("counts"), state.data.get("words")
        if counts is None or not isinstance(words, list) or counts.shape != (len(words), len(classes)):
            raise DataError(f"it is no state of a {task} fit")
        return Fitted(words, counts)


class Fitted:
    """Counts [V, C] by word and class."""

    def __init__(self, words: list[str], counts: Any) -> None:
        self.words = words
        self.counts = counts
        self.chosen = {"smoothing": 1.0, "words": len(words), "by": "count"}

    def probabilities(self, texts: Sequence[str]) -> Any:
        """Return the smoothed shares."""
        import numpy as np

        rows = {word: row for row, word in enumerate(self.words)}
        of = [[rows[word] for word in text.split() if word in rows] for text in texts]
        sums = np.array([self.counts[each].sum(axis=0) for each in of], dtype=np.float64) + 1
        return sums / sums.sum(axis=1, keepdims=True)

    def evidence(self, text: str) -> Mapping[str, Any]:
        """Return the counts of each word."""
        return {w: self.counts[self.words.index(w)].astype(float) for w in text.split() if w in self.words}

    def state(self) -> BaselineState:
        """Return the counts."""
        return BaselineState(arrays={"counts": self.counts}, data={"words": self.words})
