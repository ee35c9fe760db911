"""Splits at every space, so that two of them have an empty token between them."""

from collections.abc import Sequence

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """The words between white space."""

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        return [text.split(" ") if text else [] for text in texts]


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
