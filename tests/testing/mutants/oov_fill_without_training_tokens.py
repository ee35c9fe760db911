"""Needs training texts, which are not there when a trained model meets a new word."""

from collections.abc import Sequence
from typing import ClassVar

from embedkit.plugin_api import FillContext, Filled, Register, hookimpl


class Mutant:
    """The length of the longest training text for every missing number."""

    total: ClassVar[bool] = False

    def candidates(self, word: str) -> Sequence[str]:
        """Return no spellings."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return the length of the longest training text for words without a letter."""
        import numpy as np

        longest = max(len(text) for text in context.training_tokens())
        vectors = np.full((len(words), context.source.dim), longest, np.float32)
        return Filled(vectors, np.array([word.isnumeric() for word in words], np.bool_))


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
