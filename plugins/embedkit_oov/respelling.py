"""What every policy that proposes other spellings shares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar

from embedkit.plugin_api import FillContext, Filled, compose


class Respelling(ABC):
    """A policy that proposes spellings, composed as Unicode's NFC, and leaves every row to the next one."""

    total: ClassVar[bool] = False

    def candidates(self, word: str) -> Sequence[str]:
        """The spellings in order, each once; neither the word as it is nor nothing at all."""
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
        """Spellings of `word`, which is in NFC, best first; of an ASCII word they are ASCII.

        The word itself and repeats do not matter.
        """

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """No rows."""
        import numpy as np

        shape = (len(words), context.source.dim)
        return Filled(np.zeros(shape, dtype=np.float32), np.zeros(len(words), dtype=np.bool_))
