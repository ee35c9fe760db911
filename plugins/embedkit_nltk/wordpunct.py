"""`nltk-wordpunct`: runs of word characters, and runs of punctuation."""

from __future__ import annotations

from collections.abc import Sequence

from embedkit.plugin_api import Lowercase, StopWords, clean


class NltkWordPunct:
    r"""The tokens of `nltk.wordpunct_tokenize`: the matches of `\w+|[^\w\s]+`."""

    def __init__(self, *, lowercase: Lowercase = False, stop_words: StopWords = None) -> None:
        self.lowercase = lowercase
        self.stop_words = stop_words

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """Tokenize each text with NLTK's `wordpunct_tokenize`; remove stop words and lower-case, if set."""
        from nltk.tokenize import wordpunct_tokenize

        tokens = [wordpunct_tokenize(text) for text in texts]
        return clean(tokens, lowercase=self.lowercase, stop_words=self.stop_words)
