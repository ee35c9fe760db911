"""TF-IDF and logistic regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Gt

from embedkit.interfaces import Doc
from embedkit_baselines.ngrams import Lowercase, NgramBaseline, Ngrams


@dataclass(frozen=True, kw_only=True)
class TfidfLogisticRegression(NgramBaseline):
    """Logistic regression over the TF-IDF weights of words and pairs of words."""

    ngrams: Ngrams = 2
    lowercase: Lowercase = True
    c: Annotated[float, Gt(0), Doc("inverse strength of the L2 penalty")] = 10.0

    def _vectorizer(self, ngrams: dict[str, Any]) -> Any:
        from sklearn.feature_extraction.text import TfidfVectorizer

        return TfidfVectorizer(**ngrams)

    def _classifier(self, classes: int) -> Any:  # noqa: ARG002 - it takes any number
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(C=self.c, max_iter=1000)
