"""`nfc`: words in Unicode's composed form."""

from __future__ import annotations

from collections.abc import Iterable

from embedkit_oov.respelling import Respelling


class Nfc(Respelling):
    """The word in Unicode's composed form, NFC (UAX #15): `e` and a combining acute accent are one `é`."""

    def spellings(self, word: str) -> Iterable[str]:
        """The composed word alone."""
        return (word,)
