"""The TF-IDF weights of the words of texts. scikit-learn is imported here."""

from __future__ import annotations

from typing import Any, Protocol

from sklearn.feature_extraction.text import TfidfVectorizer

WORD_OR_MARK = r"(?u)\w+(?:['’]\w+)*|[^\w\s]"
"""A run of letters, digits and underscores with the apostrophes inside it, or any other mark by itself."""


class Wording(Protocol):
    """What decides which n-grams there are: `baseline.TfidfLightgbm`."""

    @property
    def ngrams(self) -> int: ...

    @property
    def lowercase(self) -> bool: ...


def vectorizer(wording: Wording, least_texts: int = 1) -> TfidfVectorizer:
    """Return a TfidfVectorizer, not fitted yet, of n-grams that occur in `least_texts` or more texts."""
    return TfidfVectorizer(
        ngram_range=(1, wording.ngrams),
        lowercase=wording.lowercase,
        token_pattern=WORD_OR_MARK,
        min_df=least_texts,
    )


def words_of(fitted: Any) -> list[str]:
    """Return the n-grams of a fitted TfidfVectorizer, in the order of their columns."""
    words: list[str] = fitted.get_feature_names_out().tolist()
    return words
