"""The base class of policies that propose other spellings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar

from embedkit.plugin_api import FillContext, Filled, compose


class Respelling(ABC):
    """A policy that proposes spellings, in Unicode's NFC, and leaves every row to the next policy."""

    total: ClassVar[bool] = False

    def candidates(self, word: str) -> Sequence[str]:
        """Return the spellings in order, leaving out repeats, the word itself and the empty string."""
        if word.isascii():
            spellings = dict.fromkeys(self.spellings(word))
        else:
            composed = self.spellings(compose(word))
            spellings = dict.fromkeys(compose(each) for each in composed)
        spellings.pop(word, None)
        spellings.pop("", None)
        # A tuple of strings is nothing that the garbage collector goes over, a list of them is.
        return (*spellings,)

    @abstractmethod
    def spellings(self, word: str) -> Iterable[str]:
        """Return spellings of `word`, which is in NFC, best first; for an ASCII word they are ASCII.

        They may contain repeats and the word itself.
        """

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return zeros, none marked as filled."""
        import numpy as np

        shape = (len(words), context.source.dim)
        return Filled(np.zeros(shape, dtype=np.float32), np.zeros(len(words), dtype=np.bool_))
