"""Structural and content tokens: a token is structural if it is a function word, punctuation or a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from unicodedata import category

from embedkit.text.stopwords import fold

APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'"})


@dataclass(frozen=True)
class Content:
    """Tells content tokens from structural ones. `function_words` may be in any case, with any apostrophe."""

    function_words: Iterable[str] = ()
    _known: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)
    _folded: frozenset[str] = field(default=frozenset(), init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_folded", frozenset(map(_folded, self.function_words)))

    def of(self, tokens: Sequence[str]) -> list[bool]:
        """Return, for each token, whether it is a content token."""
        return [self.is_content(token) for token in tokens]

    def is_content(self, token: str) -> bool:
        """Return whether `token` is neither a function word nor punctuation nor a number."""
        known = self._known.get(token)
        if known is None:
            known = self._known[token] = has_words(token) and _folded(token) not in self._folded
        return known


def has_words(token: str) -> bool:
    """Return whether a token has a letter, a combining mark or a pictograph.

    Otherwise it is punctuation or a number.
    """
    return any(category(character)[0] in "LM" or category(character) == "So" for character in token)


def _folded(word: str) -> str:
    return fold(word.translate(APOSTROPHES))
