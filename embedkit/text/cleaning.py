"""Options of every bundled tokenizer: lower-case its tokens, and leave out stop words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from embedkit.interfaces import Doc
from embedkit.text import stopwords

Lowercase = Annotated[bool, Doc("lower-case every token")]
StopWords = Annotated[
    str | None, Doc("remove the stop words of this language, such as `english` (NLTK's lists), in any case")
]


def clean(texts: Sequence[list[str]], *, lowercase: bool, stop_words: str | None) -> list[list[str]]:
    """Return the tokens of each text without stop words, lower-cased if `lowercase`.

    Raises DataError if there is no list for the language `stop_words`, or if NLTK's corpus is not installed.
    """
    if stop_words is not None:
        unwanted = stopwords.stop_words(stop_words)
        texts = [[token for token in tokens if stopwords.fold(token) not in unwanted] for tokens in texts]
    return [[token.lower() for token in tokens] for tokens in texts] if lowercase else [*texts]
