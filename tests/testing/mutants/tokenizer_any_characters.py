"""Expects every character to have a Latin spelling."""

from collections.abc import Sequence

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """The words between white space."""

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        return [text.encode("latin-1").decode("latin-1").split() for text in texts]


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
