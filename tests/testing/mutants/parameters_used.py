"""Ignores its parameter."""

from collections.abc import Sequence
from typing import Annotated

from embedkit.plugin_api import Doc, Register, hookimpl


class Mutant:
    """The words between white space."""

    def __init__(self, *, ending: Annotated[str, Doc("put after every word")] = "") -> None:
        self.ending = ending

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        return [text.split() for text in texts]


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
