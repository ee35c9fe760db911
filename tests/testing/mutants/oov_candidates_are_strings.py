"""Proposes one string where a list of them belongs."""

from collections.abc import Sequence
from typing import ClassVar

from embedkit.plugin_api import FillContext, Filled, Register, hookimpl


class Mutant:
    """The word in lower case."""

    total: ClassVar[bool] = False

    def candidates(self, word: str) -> Sequence[str]:
        """Return the word in lower case."""
        return word.lower()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Leave every word."""
        import numpy as np

        return Filled(np.zeros((len(words), context.source.dim), np.float32), np.zeros(len(words), np.bool_))


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
