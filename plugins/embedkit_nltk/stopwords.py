"""`nltk-stopwords`: NLTK's stop words as function words."""

from __future__ import annotations

from typing import Annotated

from embedkit.plugin_api import Doc, stop_words


class NltkStopWords:
    """NLTK's stop words of a language, in place of its function words; they need the corpus `stopwords`."""

    def __init__(self, *, language: Annotated[str, Doc("a language of NLTK's, such as german")]) -> None:
        self.language = language

    def words(self) -> frozenset[str]:
        """Return the stop words. Raises DataError if the corpus is not installed or lacks the language."""
        return stop_words(self.language, "evaluation.function_words")
