"""`nfc`: words in Unicode's composed form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from embedkit_oov.respelling import Respelling


class Nfc(Respelling):
    """The word in Unicode's composed form, NFC (UAX #15): `e` and a combining acute accent are one `é`."""

    def candidates(self, word: str) -> Sequence[str]:
        """None where there can be none: an ASCII word is composed as it is."""
        return () if word.isascii() else super().candidates(word)

    def spellings(self, word: str) -> Iterable[str]:
        """The composed word alone."""
        return (word,)
