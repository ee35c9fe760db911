"""`whitespace`: for texts that are tokenized already."""

from __future__ import annotations

from collections.abc import Sequence

from embedkit.plugin_api import Lowercase, StopWords, clean


class Whitespace:
    """What stands between white space, as `str.split` cuts it: for texts that are tokenized already."""

    def __init__(self, *, lowercase: Lowercase = False, stop_words: StopWords = None) -> None:
        self.lowercase = lowercase
        self.stop_words = stop_words

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """Tokenize each text with `text.split()`; remove stop words and lower-case tokens, if set."""
        return clean([text.split() for text in texts], lowercase=self.lowercase, stop_words=self.stop_words)
