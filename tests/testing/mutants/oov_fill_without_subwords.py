"""Asks every source for subwords, without looking whether it has them."""

from collections.abc import Sequence
from typing import ClassVar

from embedkit.plugin_api import FillContext, Filled, Register, hookimpl


class Mutant:
    """The vectors that the source composes of subwords."""

    total: ClassVar[bool] = False
    needs_subwords: ClassVar[bool] = True

    def candidates(self, word: str) -> Sequence[str]:
        """Return no spellings."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return the vectors that the source composes of subwords."""
        subwords = context.source.subword(words)
        return Filled(subwords.vectors, subwords.found)


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
