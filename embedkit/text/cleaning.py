"""What every bundled tokenizer can do to its tokens: lower-case them, and leave out stop words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from embedkit.interfaces import Doc
from embedkit.text import stopwords

Lowercase = Annotated[bool, Doc("lower-case every token")]
StopWords = Annotated[
    str | None, Doc("leave out the stop words of this language, such as english (NLTK's lists), in any case")
]


def clean(texts: Sequence[list[str]], *, lowercase: bool, stop_words: str | None) -> list[list[str]]:
    """The tokens of each text, without the stop words of the language `stop_words`, lower-cased if so wished.

    Raises DataError for a language without a list, or where NLTK's corpus is not installed.
    """
    if stop_words is not None:
        unwanted = stopwords.stop_words(stop_words)
        texts = [[token for token in tokens if stopwords.fold(token) not in unwanted] for tokens in texts]
    return [[token.lower() for token in tokens] for tokens in texts] if lowercase else [*texts]
