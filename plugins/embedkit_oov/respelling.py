"""What every policy that proposes other spellings shares."""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar

from embedkit.interfaces import FillContext, Filled


class Respelling(ABC):
    """A policy that proposes spellings, composed as Unicode's NFC, and leaves every row to the next one."""

    total: ClassVar[bool] = False

    def candidates(self, word: str) -> Sequence[str]:
        """The spellings in order, each once; neither the word as it is nor nothing at all."""
        spellings = self.spellings(word if word.isascii() else unicodedata.normalize("NFC", word))
        if not word.isascii():
            spellings = [unicodedata.normalize("NFC", each) for each in spellings]
        return [each for each in dict.fromkeys(spellings) if each and each != word]

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
