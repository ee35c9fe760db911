"""`spacy`: the tokens of spaCy's rules for a language."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

from embedkit.plugin_api import DataError, Doc, Fault, Lowercase, StopWords, clean, is_unicode

MISSING = Fault(
    "the package spacy is not installed",
    where="tokenizer",
    hint="Install it: pip install spacy",
)


class Spacy:
    """The tokens of spaCy's rules for a language (Honnibal et al. 2020): no model has to be downloaded.

    Needs `pip install spacy`. The rules know the abbreviations, contractions, units and emoticons of more
    than 70 languages: `U.S.` is a token, `can't` is `ca` and `n't`. White space is no token.
    """

    def __init__(
        self,
        *,
        language: Annotated[
            str, Doc("the language's code in spaCy, such as en or de; xx: of no language")
        ] = "en",
        lowercase: Lowercase = False,
        stop_words: StopWords = None,
    ) -> None:
        self.language = language
        self.lowercase = lowercase
        self.stop_words = stop_words

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """Return the tokens of each text, in order.

        Raises DataError if spaCy, or a package that it needs for the language, is not installed, if it has
        no such language, or if a text is not Unicode.
        """
        strange = next((text for text in texts if not is_unicode(text)), None)
        if strange is not None:
            what = f"a text holds a lone surrogate, which is no character: {strange[:60]!r}"
            raise DataError(Fault(what, where="tokenizer"))
        split = _tokenizer_of(self.language)
        tokens = [[token.text for token in split(text) if not token.is_space] for text in texts]
        return clean(tokens, lowercase=self.lowercase, stop_words=self.stop_words)


@cache
def _tokenizer_of(language: str) -> Any:
    """Return spaCy's tokenizer of `language`, once per process. Raises DataError as `tokenize` does."""
    try:
        import spacy
    except ImportError as error:
        raise DataError(MISSING) from error
    try:
        return spacy.blank(language).tokenizer
    except ImportError as error:
        if language in _languages():
            what = f"spaCy needs another package for '{language}': {error}"
            raise DataError(Fault(what, where="tokenizer.language")) from error
        fault = Fault.unknown("language", language, _languages(), where="tokenizer.language")
        raise DataError(fault) from error


def _languages() -> list[str]:
    """Return the codes of the languages that spaCy has rules for."""
    import pkgutil

    import spacy.lang

    return sorted(module.name for module in pkgutil.iter_modules(spacy.lang.__path__) if module.ispkg)
