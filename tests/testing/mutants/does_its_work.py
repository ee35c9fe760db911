"""Looks up the word after `not` in a table that does not have every word."""

from collections.abc import Sequence
from itertools import pairwise

from embedkit.plugin_api import Register, hookimpl

OPPOSITES = {"good": "bad", "great": "poor", "dull": "lively"}


class Mutant:
    """The words between white space, each after `not` replaced by its opposite."""

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        return [self._plain(text.split()) for text in texts]

    def _plain(self, words: list[str]) -> list[str]:
        pairs = pairwise(["", *words])
        return [OPPOSITES[word] if before == "not" else word for before, word in pairs]


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
