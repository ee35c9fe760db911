"""Takes the second letter of every word, which not every word has."""

from collections.abc import Sequence
from typing import ClassVar

from embedkit.plugin_api import FillContext, Filled, Register, hookimpl


class Mutant:
    """The number of the second letter in every dimension."""

    total: ClassVar[bool] = True

    def candidates(self, word: str) -> Sequence[str]:
        """Return no spellings."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return the number of the second letter in every dimension."""
        import numpy as np

        vectors = np.zeros((len(words), context.source.dim), np.float32)
        for row, word in enumerate(words):
            vectors[row] = ord(word[1])
        return Filled(vectors, np.ones(len(words), np.bool_))


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
