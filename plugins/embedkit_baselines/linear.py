"""Naive Bayes, TF-IDF with logistic regression, NBSVM: what each makes of n-grams, and what weighs them.

scikit-learn is imported when one of them is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le

from embedkit.interfaces import Doc
from embedkit_baselines.ngrams import Lowercase, NgramBaseline, Ngrams

Alpha = Annotated[float, Gt(0), Doc("added to every count")]
InverseStrength = Annotated[float, Gt(0), Doc("inverse strength of the L2 penalty")]


@dataclass(frozen=True, kw_only=True)
class NaiveBayes(NgramBaseline):
    """Multinomial naive Bayes over the counts of words and pairs of words."""

    ngrams: Ngrams = 2
    lowercase: Lowercase = True
    alpha: Alpha = 1.0

    def _vectorizer(self, ngrams: dict[str, Any]) -> Any:
        from sklearn.feature_extraction.text import CountVectorizer

        return CountVectorizer(**ngrams)

    def _classifier(self, classes: int) -> Any:  # noqa: ARG002 - it takes any number
        from sklearn.naive_bayes import MultinomialNB

        return MultinomialNB(alpha=self.alpha)


@dataclass(frozen=True, kw_only=True)
class TfidfLogisticRegression(NgramBaseline):
    """Logistic regression over the TF-IDF weights of words and pairs of words."""

    ngrams: Ngrams = 2
    lowercase: Lowercase = True
    c: InverseStrength = 10.0

    def _vectorizer(self, ngrams: dict[str, Any]) -> Any:
        from sklearn.feature_extraction.text import TfidfVectorizer

        return TfidfVectorizer(**ngrams)

    def _classifier(self, classes: int) -> Any:  # noqa: ARG002 - it takes any number
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(C=self.c, max_iter=1000)


@dataclass(frozen=True, kw_only=True)
class Nbsvm(NgramBaseline):
    """NBSVM, interpolated (Wang & Manning 2012), with logistic regression for the support vector machine."""

    ngrams: Ngrams = 2
    lowercase: Lowercase = True
    alpha: Alpha = 1.0
    beta: Annotated[
        float, Ge(0), Le(1), Doc("how far the weights are their own, the rest being their mean size")
    ] = 0.25
    c: InverseStrength = 1.0

    def _vectorizer(self, ngrams: dict[str, Any]) -> Any:
        from sklearn.feature_extraction.text import CountVectorizer

        return CountVectorizer(binary=True, dtype=float, **ngrams)

    def _classifier(self, classes: int) -> Any:
        from sklearn.multiclass import OneVsRestClassifier

        from embedkit_baselines.interpolated import InterpolatedClassifier

        one = InterpolatedClassifier(alpha=self.alpha, beta=self.beta, c=self.c)
        return one if classes == 2 else OneVsRestClassifier(one)
