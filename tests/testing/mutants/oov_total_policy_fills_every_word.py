"""Leaves words with digits and marks, though `total` says that it answers for every word."""

from collections.abc import Sequence
from typing import ClassVar

from embedkit.plugin_api import FillContext, Filled, Register, hookimpl


class Mutant:
    """A row of zeros for every missing word."""

    total: ClassVar[bool] = True

    def candidates(self, word: str) -> Sequence[str]:
        """Return no spellings."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return zeros."""
        import numpy as np

        filled = np.array([word.isalpha() for word in words], np.bool_)
        return Filled(np.zeros((len(words), context.source.dim), np.float32), filled)


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
