"""Does not say that it does nothing without a source of subwords."""

from collections.abc import Sequence
from typing import ClassVar

from embedkit.plugin_api import FillContext, Filled, Register, SubwordSource, hookimpl


class Mutant:
    """The vectors that the source composes of subwords."""

    total: ClassVar[bool] = False

    def candidates(self, word: str) -> Sequence[str]:
        """Return no spellings."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return the vectors that the source composes of subwords, if it does."""
        import numpy as np

        if isinstance(context.source, SubwordSource):
            subwords = context.source.subword(words)
            return Filled(subwords.vectors, subwords.found)
        vectors = np.zeros((len(words), context.source.dim), np.float32)
        return Filled(vectors, np.zeros(len(words), np.bool_))


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
