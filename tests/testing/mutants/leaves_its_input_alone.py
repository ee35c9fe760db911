"""Empties the caller's list once it has the tokens."""

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """The words between white space."""

    def tokenize(self, texts: list[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        tokens = [text.split() for text in texts]
        texts.clear()
        return tokens


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
