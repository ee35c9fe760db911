"""Has no docstring."""

from collections.abc import Sequence

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        return [text.split() for text in texts]


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
