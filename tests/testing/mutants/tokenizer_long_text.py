"""Calls itself for each word of a text, and Python ends that after a thousand."""

from collections.abc import Sequence

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """The words between white space."""

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        return [self._split(text) for text in texts]

    def _split(self, text: str) -> list[str]:
        word, _, rest = text.strip().partition(" ")
        return [word, *self._split(rest)] if word else []


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
