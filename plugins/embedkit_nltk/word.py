"""`nltk-word`: NLTK's recommended word tokenizer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from embedkit.plugin_api import Doc, Lowercase, StopWords, clean
from embedkit_nltk.punkt import require_model
from embedkit_nltk.resources import resource_files, stop_word_files


class NltkWord:
    """The tokens of `nltk.word_tokenize`: Penn Treebank words, within Punkt sentences."""

    def __init__(
        self,
        *,
        language: Annotated[
            str, Doc("language of the Punkt model; not used with `sentences: none`")
        ] = "english",
        sentences: Annotated[
            Literal["punkt", "none"],
            Doc("split into sentences first, or not, which needs no model"),
        ] = "punkt",
        lowercase: Lowercase = False,
        stop_words: StopWords = None,
    ) -> None:
        self.language = language
        self.sentences = sentences
        self.lowercase = lowercase
        self.stop_words = stop_words

    def depends_on(self) -> list[Path]:
        """Return the files of the sentence model and of the stop word corpus, if they are used."""
        models = [] if self.sentences == "none" else resource_files(f"tokenizers/punkt_tab/{self.language}")
        return [*models, *stop_word_files(self.stop_words)]

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """Tokenize each text exactly as `word_tokenize(text, language, preserve_line)` does.

        Stop words are then removed and tokens lower-cased, if set. Raises DataError if the sentence model or
        the stop words are not installed.
        """
        from nltk.tokenize import word_tokenize

        preserve_line = self.sentences == "none"
        if not preserve_line:
            require_model(self.language)
        tokens = [word_tokenize(text, self.language, preserve_line) for text in texts]
        return clean(tokens, lowercase=self.lowercase, stop_words=self.stop_words)
