"""Gives the same list at every call, with other tokens in it."""

import threading
from collections.abc import Sequence

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """The words between white space."""

    def __init__(self) -> None:
        self._tokens: dict[int, list[list[str]]] = {}

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        tokens = self._tokens.setdefault(threading.get_ident(), [])
        tokens[:] = [text.split() for text in texts]
        return tokens


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
