"""Proposes nothing for a word of one character: it raises."""

from collections.abc import Sequence
from typing import ClassVar

from embedkit.plugin_api import FillContext, Filled, Register, hookimpl


class Mutant:
    """The word with its first two letters swapped."""

    total: ClassVar[bool] = False

    def candidates(self, word: str) -> Sequence[str]:
        """Return the word with its first two letters swapped."""
        return [word[1] + word[0] + word[2:]]

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Leave every word."""
        import numpy as np

        return Filled(np.zeros((len(words), context.source.dim), np.float32), np.zeros(len(words), np.bool_))


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
