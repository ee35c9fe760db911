"""Sorts the words, and returns their rows in that order."""

from collections.abc import Sequence
from typing import ClassVar

from embedkit.plugin_api import FillContext, Filled, Register, hookimpl


class Mutant:
    """The length of a word in every dimension."""

    total: ClassVar[bool] = True

    def candidates(self, word: str) -> Sequence[str]:
        """Return no spellings."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return the length of each word in every dimension."""
        import numpy as np

        vectors = np.zeros((len(words), context.source.dim), np.float32)
        for row, word in enumerate(sorted(words)):
            vectors[row] = len(word)
        return Filled(vectors, np.ones(len(words), np.bool_))


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
