"""Collects the tokens of a text in the object, where other threads find them."""

import time
from collections.abc import Sequence

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """The words between white space."""

    def __init__(self) -> None:
        self._words: list[str] = []

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        return [self._split(text) for text in texts]

    def _split(self, text: str) -> list[str]:
        self._words = []
        for word in text.split():
            time.sleep(0)  # another thread's turn
            self._words.append(word)
        return [*self._words]


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
