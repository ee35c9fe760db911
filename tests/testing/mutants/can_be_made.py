"""Its constructor reads what it is given as something else."""

from collections.abc import Sequence
from typing import Annotated

from embedkit.plugin_api import Doc, Register, hookimpl


class Mutant:
    """The words between white space, the first few of a text."""

    def __init__(self, *, most: Annotated[int | None, Doc("tokens of a text, at most")] = None) -> None:
        self.most = int(most)

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        return [text.split()[: self.most] for text in texts]


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
