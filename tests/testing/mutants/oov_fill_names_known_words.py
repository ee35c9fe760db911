"""Names a spelling without looking whether the source has it."""

from collections.abc import Sequence
from typing import ClassVar

from embedkit.plugin_api import FillContext, Filled, Register, hookimpl


class Mutant:
    """The vector of the word in lower case."""

    total: ClassVar[bool] = True

    def candidates(self, word: str) -> Sequence[str]:
        """Return no spellings."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return the vectors of the words in lower case."""
        import numpy as np

        lower = [word.lower() for word in words]
        return Filled(context.source.lookup(lower).vectors, np.ones(len(words), np.bool_), lower)


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
