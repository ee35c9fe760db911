"""Names a spelling for words that it leaves to the next policy."""

from collections.abc import Sequence
from typing import ClassVar

from embedkit.plugin_api import FillContext, Filled, Register, hookimpl


class Mutant:
    """The vector of the word in lower case."""

    total: ClassVar[bool] = False

    def candidates(self, word: str) -> Sequence[str]:
        """Return no spellings."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return the vectors of the words in lower case."""
        lower = [word.lower() for word in words]
        lookup = context.source.lookup(lower)
        return Filled(lookup.vectors, lookup.found, lower)


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
