"""Makes the caller's texts small."""

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """The words between white space."""

    def tokenize(self, texts: list[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        texts[:] = [text.lower() for text in texts]
        return [text.split() for text in texts]


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
