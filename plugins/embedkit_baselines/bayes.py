"""Naive Bayes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Gt

from embedkit.interfaces import Doc
from embedkit_baselines.ngrams import Lowercase, NgramBaseline, Ngrams


@dataclass(frozen=True, kw_only=True)
class NaiveBayes(NgramBaseline):
    """Multinomial naive Bayes over the counts of words and pairs of words."""

    ngrams: Ngrams = 2
    lowercase: Lowercase = True
    alpha: Annotated[float, Gt(0), Doc("added to every count")] = 1.0

    def _vectorizer(self, ngrams: dict[str, Any]) -> Any:
        from sklearn.feature_extraction.text import CountVectorizer

        return CountVectorizer(**ngrams)

    def _classifier(self, classes: int) -> Any:  # noqa: ARG002 - it takes any number
        from sklearn.naive_bayes import MultinomialNB

        return MultinomialNB(alpha=self.alpha)
