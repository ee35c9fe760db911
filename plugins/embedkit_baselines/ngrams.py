"""Baselines over n-grams: a linear classifier weighs the words and pairs of words of a text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from annotated_types import Ge

from embedkit.plugin_api import DataError, Doc, Fault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.plugin_api import BaselineState, BoolArray, IntArray, Task
    from embedkit_baselines.fitted import FittedNgrams

WORD_OR_MARK = r"(?u)\w+(?:['’]\w+)*|[^\w\s]"
"""A run of letters, digits and underscores with the apostrophes inside it, or any other mark by itself."""

Ngrams = Annotated[int | None, Ge(1), Doc("words in the longest n-gram; null: chosen, 1 or 2")]
Lowercase = Annotated[bool, Doc("lower-case all words")]


class NgramBaseline(ABC):
    """Base class of the n-gram baselines: extracts n-grams from texts and chooses parameters."""

    tasks: ClassVar[tuple[Task, ...]] = ("binary", "multiclass", "multilabel")
    """Of several labels each is learnt by a classifier of its own."""

    ngrams: int | None
    lowercase: bool

    def fit(self, texts: Sequence[str], labels: IntArray | BoolArray, classes: Sequence[str]) -> FittedNgrams:
        """Fit the classifier to `labels`, int64 [n] or bool [n, C].

        Raises DataError if no text has a word in it.
        """
        import numpy as np

        from embedkit_baselines.fitted import FittedNgrams
        from embedkit_baselines.search import search

        columns: NDArray[np.int64] = np.arange(len(classes)) if labels.ndim == 2 else np.unique(labels)
        known = labels if labels.ndim == 2 else np.searchsorted(columns, labels)
        found = search(self, texts, known)
        vectorizer, counts = found.counted(texts)
        model = found.fit(counts, known)
        return FittedNgrams(vectorizer, model, columns, len(classes), found.chosen)

    def restore(self, state: BaselineState, classes: Sequence[str], task: Task) -> FittedNgrams:
        """Return the fitted classifier that had `state`. Raises DataError if it is no such state."""
        from embedkit_baselines.restoring import fitted_of

        return fitted_of(state, self, classes, several=task == "multilabel")

    def vectorizer(self, ngrams: int) -> Any:
        """Return a CountVectorizer of n-grams of up to `ngrams` words, not fitted yet."""
        from sklearn.feature_extraction.text import CountVectorizer

        return CountVectorizer(
            ngram_range=(1, ngrams), lowercase=self.lowercase, token_pattern=WORD_OR_MARK, dtype=float
        )

    def counted(self, texts: Sequence[str], ngrams: int) -> tuple[Any, Any]:
        """Return a fitted CountVectorizer and the counts of `texts`, sparse [n, F].

        Raises DataError as `fit` does.
        """
        vectorizer = self.vectorizer(ngrams)
        try:
            return vectorizer, vectorizer.fit_transform(texts)
        except ValueError as error:
            if "empty vocabulary" not in str(error):
                raise
            raise DataError(Fault("no training text has a word in it")) from error

    @abstractmethod
    def grid(self, chosen: bool) -> Mapping[str, Sequence[float]]:
        """Return the values to try for each parameter; if parameters are not `chosen`, one value for each."""

    @abstractmethod
    def learner(self, parameters: Mapping[str, float]) -> Any:
        """Return a Learner of one class against the others with these parameters."""

    @abstractmethod
    def weighting(self) -> Any:
        """Return a scikit-learn transformer, not fitted yet, that turns counts into features."""
