"""Splits a text in another way once it has seen it."""

from collections.abc import Sequence

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """The words between white space, in small letters where they were seen before."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        tokens = [[w.lower() if w in self._seen else w for w in text.split()] for text in texts]
        self._seen.update(word for words in tokens for word in words)
        return tokens


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
