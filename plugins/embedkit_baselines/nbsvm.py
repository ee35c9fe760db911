"""NBSVM: naive Bayes for the features, a discriminative classifier for the weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le

from embedkit.interfaces import Doc
from embedkit_baselines.ngrams import Lowercase, NgramBaseline, Ngrams


@dataclass(frozen=True, kw_only=True)
class Nbsvm(NgramBaseline):
    """NBSVM, interpolated (Wang & Manning 2012), with logistic regression for the support vector machine."""

    ngrams: Ngrams = 2
    lowercase: Lowercase = True
    alpha: Annotated[float, Gt(0), Doc("added to every count")] = 1.0
    beta: Annotated[
        float, Ge(0), Le(1), Doc("how far the weights are their own, the rest being their mean size")
    ] = 0.25
    c: Annotated[float, Gt(0), Doc("inverse strength of the L2 penalty")] = 1.0

    def _vectorizer(self, ngrams: dict[str, Any]) -> Any:
        from sklearn.feature_extraction.text import CountVectorizer

        return CountVectorizer(binary=True, dtype=float, **ngrams)

    def _classifier(self, classes: int) -> Any:
        from sklearn.multiclass import OneVsRestClassifier

        from embedkit_baselines.interpolated import InterpolatedClassifier

        one = InterpolatedClassifier(alpha=self.alpha, beta=self.beta, c=self.c)
        return one if classes == 2 else OneVsRestClassifier(one)
