"""`regex`: whatever matches a regular expression is a token."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from embedkit.plugin_api import DataError, Doc, Fault, Lowercase, StopWords, clean, shortened
from embedkit_tokenizers.limits import SECONDS, TooSlowError, clock

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

WORDS = r"\w+(?:['’-]\w+)*"
r"""Runs of letters, digits and `_`, joined by single apostrophes or hyphens: `don't`, `well-made`."""


class _RegularExpression:
    """Marks a string that has to compile, so that a recipe is refused before any text is read."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(_checked, handler(source))


def _checked(pattern: str) -> str:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"not a regular expression of Python's re: {error}") from error
    return pattern


class Regex:
    """Every match of a regular expression is a token, left to right; by default the words, no punctuation."""

    def __init__(
        self,
        *,
        pattern: Annotated[
            str,
            _RegularExpression,
            Doc("regular expression (Python's `re`) whose whole matches are the tokens"),
        ] = WORDS,
        lowercase: Lowercase = False,
        stop_words: StopWords = None,
    ) -> None:
        self.pattern = pattern
        self.lowercase = lowercase
        self.stop_words = stop_words

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """Tokenize each text into the non-empty matches of the pattern, from left to right.

        A token is a whole match, whatever groups the pattern has. Stop words are then removed and tokens
        lower-cased, if set. Raises DataError for a pattern that is not a regular expression, or takes 20
        seconds for a text.
        """
        try:
            find = re.compile(_checked(self.pattern)).finditer
        except ValueError as error:
            raise DataError(Fault(f"'{self.pattern}' is {error}", "tokenizer.pattern")) from error
        tokens: list[list[str]] = []
        with clock() as running:
            try:
                for text in texts:
                    running.restart()
                    tokens.append([match[0] for match in find(text) if match[0]])
            except TooSlowError:
                raise self._too_slow(texts[len(tokens)]) from None
        return clean(tokens, lowercase=self.lowercase, stop_words=self.stop_words)

    def _too_slow(self, text: str) -> DataError:
        what = f"the pattern '{shortened(self.pattern)}' takes more than {SECONDS:g} seconds for a text"
        hint = (
            f"The text has {len(text):,} characters: {shortened(text)!r}. A repetition inside a repetition, "
            "as in (a+)+, tries every way to divide them."
        )
        return DataError(Fault(what, "tokenizer.pattern", hint=hint))
