"""Baselines of n-grams: a text is the words and pairs of words in it, and a linear classifier weighs them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from annotated_types import Ge

from embedkit.plugin_api import DataError, Doc, Fault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.plugin_api import BoolArray, IntArray, Task
    from embedkit_baselines.scores import LinearModel

WORD_OR_MARK = r"(?u)\w+(?:['’]\w+)*|[^\w\s]"
"""A run of letters, digits and underscores with the apostrophes inside it, or any other mark by itself."""

Ngrams = Annotated[int | None, Ge(1), Doc("words in the longest n-gram; null: chosen, 1 or 2")]
Lowercase = Annotated[bool, Doc("make all words lower-case")]


@dataclass(frozen=True)
class FittedNgrams:
    """A vectorizer of scikit-learn's and the model over its counts; `columns` are the classes of training.

    `chosen` has the parameters that were found by cross-validation, and what they reached there.
    """

    vectorizer: Any
    model: LinearModel
    columns: NDArray[np.int64]
    classes: int
    chosen: Mapping[str, float | int]

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Float64 [n, C]; a class that training does not have is given 0."""
        import numpy as np

        probabilities = np.zeros((len(texts), self.classes))
        probabilities[:, self.columns] = self.model.probabilities(self.vectorizer.transform(texts))
        return probabilities


class NgramBaseline(ABC):
    """What these baselines have in common: how a text becomes n-grams, and how parameters are chosen."""

    tasks: ClassVar[tuple[Task, ...]] = ("binary", "multiclass", "multilabel")
    """Of several labels each is learnt by a classifier of its own."""

    ngrams: int | None
    lowercase: bool

    def fit(self, texts: Sequence[str], labels: IntArray | BoolArray, classes: Sequence[str]) -> FittedNgrams:
        """The classifier of `labels` int64 [n] or bool [n, C]. Raises DataError for texts without a word."""
        import numpy as np

        from embedkit_baselines.search import search

        columns: NDArray[np.int64] = np.arange(len(classes)) if labels.ndim == 2 else np.unique(labels)
        known = labels if labels.ndim == 2 else np.searchsorted(columns, labels)
        found = search(self, texts, known)
        vectorizer, counts = self.counted(texts, found.ngrams)
        model = found.fit(counts, known)
        return FittedNgrams(vectorizer, model, columns, len(classes), found.chosen)

    def counted(self, texts: Sequence[str], ngrams: int) -> tuple[Any, Any]:
        """A fitted CountVectorizer and the counts of `texts`, sparse [n, F]. Raises DataError as `fit`."""
        from sklearn.feature_extraction.text import CountVectorizer

        vectorizer = CountVectorizer(
            ngram_range=(1, ngrams), lowercase=self.lowercase, token_pattern=WORD_OR_MARK, dtype=float
        )
        try:
            return vectorizer, vectorizer.fit_transform(texts)
        except ValueError as error:
            if "empty vocabulary" not in str(error):
                raise
            raise DataError(Fault("no training text has a word in it")) from error

    @abstractmethod
    def grid(self, chosen: bool) -> Mapping[str, Sequence[float]]:
        """The values that each parameter is tried with; unless `chosen`, the one that stands for all."""

    @abstractmethod
    def learner(self, parameters: Mapping[str, float]) -> Any:
        """What learns to tell one class from the others with these parameters: a Learner."""

    @abstractmethod
    def weighting(self) -> Any:
        """What makes features of counts: a transformer of scikit-learn's, not fitted yet."""
