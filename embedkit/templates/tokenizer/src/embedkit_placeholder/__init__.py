"""Character n-grams of words, for texts whose words occur in many forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from annotated_types import Ge

from embedkit.plugin_api import Doc, Register, hookimpl


class Placeholder:
    """The character n-grams of the words between white space: `<fi`, `fil`, `ilm`, `lm>` of `film`."""

    def __init__(
        self,
        *,
        n: Annotated[int, Ge(1), Doc("characters in an n-gram")] = 3,
        lowercase: Annotated[bool, Doc("lower-case every word")] = True,
    ) -> None:
        self.n = n
        self.lowercase = lowercase

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """Return the n-grams of each text, from left to right."""
        return [[ngram for word in text.split() for ngram in self._ngrams(word)] for text in texts]

    def _ngrams(self, word: str) -> list[str]:
        """Return the n-grams of `<word>`; a shorter word is a single token."""
        marked = f"<{word.lower() if self.lowercase else word}>"
        return [marked[start : start + self.n] for start in range(max(1, len(marked) - self.n + 1))]


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `placeholder`."""
    register("placeholder", Placeholder)
