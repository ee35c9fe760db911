"""Gives the tokens of a text as a tuple."""

from collections.abc import Sequence

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """The words between white space."""

    def tokenize(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """A list of tokens for each text."""
        return [tuple(text.split()) for text in texts]


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
