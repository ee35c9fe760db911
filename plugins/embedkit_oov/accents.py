"""`accents`: letters without their accents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from embedkit.plugin_api import compose, decompose
from embedkit_oov.respelling import Respelling

MARKS = re.compile("[\u0300-\u036f]+")
"""Unicode's block of combining diacritical marks: those of Latin, Greek and Cyrillic letters."""


class Accents(Respelling):
    """The word without accents: `café` is `cafe`. Marks of other scripts, which are letters there, stay."""

    def candidates(self, word: str) -> Sequence[str]:
        """Return the word without accents, or nothing for an ASCII word, which has none."""
        return () if word.isascii() else super().candidates(word)

    def spellings(self, word: str) -> Iterable[str]:
        """Return the word without accents."""
        return (without_accents(word),)


def without_accents(word: str) -> str:
    """Return the word in NFC without combining diacritical marks; `ø` and `ß`, which have none, stay."""
    if word.isascii():
        return word
    return compose(MARKS.sub("", decompose(word)))
