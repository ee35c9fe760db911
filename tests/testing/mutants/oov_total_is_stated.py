"""Does not say that it answers for every word."""

from collections.abc import Sequence

from embedkit.plugin_api import FillContext, Filled, Register, hookimpl


class Mutant:
    """A row of zeros for every missing word."""

    def candidates(self, word: str) -> Sequence[str]:
        """Return no spellings."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return zeros."""
        import numpy as np

        return Filled(np.zeros((len(words), context.source.dim), np.float32), np.ones(len(words), np.bool_))


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
