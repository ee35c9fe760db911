"""Takes the mean of no vectors, which is NaN, where the source has none of the words."""

from collections.abc import Sequence
from typing import ClassVar

from embedkit.plugin_api import FillContext, Filled, Register, hookimpl


class Mutant:
    """The mean of the found vectors for every missing word."""

    total: ClassVar[bool] = True

    def candidates(self, word: str) -> Sequence[str]:
        """Return no spellings."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return the mean of the found vectors for every word."""
        import numpy as np

        vectors = np.tile(context.found.mean(axis=0), (len(words), 1))
        return Filled(vectors, np.ones(len(words), np.bool_))


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
