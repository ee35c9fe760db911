"""`nfc`: words in Unicode's composed form, and in the decomposed one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from embedkit_oov.respelling import Respelling


class Nfc(Respelling):
    """The word in Unicode's composed form, NFC, then in the decomposed one, NFD (UAX #15).

    `e` and a combining acute accent are one `é`, and the other way round. Texts are composed, unless `nfc` is
    off; files of vectors that were made on a Mac may be decomposed, Korean to the last syllable.
    """

    def candidates(self, word: str) -> Sequence[str]:
        """Return the composed and the decomposed word, or nothing for an ASCII word, which is composed."""
        if word.isascii():
            return ()
        decomposed = unicodedata.normalize("NFD", word)
        both = dict.fromkeys([*super().candidates(word), decomposed])
        both.pop(word, None)
        return (*both,)

    def spellings(self, word: str) -> Iterable[str]:
        """Return the composed word alone."""
        return (word,)
