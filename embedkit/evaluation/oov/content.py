"""Structural and content tokens: a token is structural if it is a function word, punctuation or a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from unicodedata import category

from embedkit.text.stopwords import fold

APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'"})


@dataclass(frozen=True)
class Content:
    """Tells content tokens from structural ones. `function_words` may be in any case, with any apostrophe.

    Tokens that carry one of the part-of-speech `tags` after a slash, such as `는/JX`, are function words too.
    """

    function_words: Iterable[str] = ()
    tags: Iterable[str] = ()

    @cached_property
    def _known(self) -> dict[str, bool]:
        return _KnownTokens(frozenset(map(_folded, self.function_words)), frozenset(self.tags))

    def of(self, tokens: Sequence[str]) -> list[bool]:
        """Return, for each token, whether it is a content token."""
        return [*map(self._known.__getitem__, tokens)]

    def is_content(self, token: str) -> bool:
        """Return whether `token` is neither a function word nor punctuation nor a number."""
        return self._known[token]


class _KnownTokens(dict[str, bool]):
    """Whether each token that was asked for is content; a new one is found out when it is looked up."""

    def __init__(self, function_words: frozenset[str], tags: frozenset[str]) -> None:
        super().__init__()
        self._function_words = function_words
        self._tags = tags

    def __missing__(self, token: str) -> bool:
        known = self[token] = has_words(token) and not self._is_function_word(token)
        return known

    def _is_function_word(self, token: str) -> bool:
        word, _, tag = token.rpartition("/")
        return bool(word and tag in self._tags) or _folded(token) in self._function_words


def has_words(token: str) -> bool:
    """Return whether a token has a letter, a combining mark or a pictograph.

    Otherwise it is punctuation or a number.
    """
    return any(category(character)[0] in "LM" or category(character) == "So" for character in token)


def _folded(word: str) -> str:
    return fold(word.translate(APOSTROPHES))
