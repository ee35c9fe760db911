"""Says that its tokens depend on a file that is not there."""

from collections.abc import Sequence
from pathlib import Path

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """The words between white space."""

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        return [text.split() for text in texts]

    def depends_on(self) -> list[Path]:
        """The files that the tokens depend on."""
        return [Path(__file__).with_name("words.txt")]


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
