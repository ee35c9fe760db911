"""Baselines of n-grams: a text is the words and pairs of words in it, and a linear classifier weighs them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from annotated_types import Ge

from embedkit.errors import DataError, Fault
from embedkit.interfaces import Doc

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.interfaces import BoolArray, IntArray, Task

WORD = r"(?u)\b\w+\b"
"""A word is a run of letters, digits and underscores, of one or more."""


@dataclass(frozen=True)
class FittedNgrams:
    """A vectorizer and a classifier of scikit-learn's; `columns` are the classes that training has."""

    vectorizer: Any
    classifier: Any
    columns: NDArray[np.int64]
    classes: int

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Float64 [n, C]; a class that training does not have is given 0."""
        import numpy as np

        probabilities = np.zeros((len(texts), self.classes))
        probabilities[:, self.columns] = self.classifier.predict_proba(self.vectorizer.transform(texts))
        return probabilities


Ngrams = Annotated[int, Ge(1), Doc("words in the longest n-gram")]
Lowercase = Annotated[bool, Doc("make all words lower-case")]


class NgramBaseline(ABC):
    """What these baselines have in common: how a text becomes n-grams."""

    tasks: ClassVar[tuple[Task, ...]] = ("binary", "multiclass", "multilabel")
    """Of several labels each is learnt by a classifier of its own."""

    ngrams: int
    lowercase: bool

    def fit(self, texts: Sequence[str], labels: IntArray | BoolArray, classes: Sequence[str]) -> FittedNgrams:
        """The classifier of `labels` int64 [n] or bool [n, C]. Raises DataError for texts without a word."""
        import numpy as np

        given = {"ngram_range": (1, self.ngrams), "lowercase": self.lowercase, "token_pattern": WORD}
        vectorizer = self._vectorizer(given)
        try:
            features = vectorizer.fit_transform(texts)
        except ValueError as error:
            if "empty vocabulary" not in str(error):
                raise
            raise DataError(Fault("no training text has a word in it")) from error
        if labels.ndim == 2:
            classifier, columns = self._one_for_each(features, labels), np.arange(len(classes))
        else:
            classifier, columns = self._classifier(len(classes)).fit(features, labels), np.unique(labels)
        return FittedNgrams(vectorizer, classifier, columns, len(classes))

    def _one_for_each(self, features: Any, labels: IntArray | BoolArray) -> Any:
        import warnings

        from sklearn.multiclass import OneVsRestClassifier

        with warnings.catch_warnings():
            # A label that every training text has, or none has, is given the probability 1 or 0.
            warnings.filterwarnings("ignore", "Label .* is present in all training examples", UserWarning)
            warnings.filterwarnings("ignore", "Label not .* is present in all training examples", UserWarning)
            return OneVsRestClassifier(self._classifier(2)).fit(features, labels.astype(int))

    @abstractmethod
    def _vectorizer(self, ngrams: dict[str, Any]) -> Any:
        """What turns texts into features: one of scikit-learn's, made with the keys `ngrams`."""

    @abstractmethod
    def _classifier(self, classes: int) -> Any:
        """What is fitted to the features: a classifier of scikit-learn's, of so many classes."""
