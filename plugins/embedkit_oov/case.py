"""`case`: the word in lower case, capitalised, in upper case."""

from __future__ import annotations

from collections.abc import Iterable

from embedkit_oov.respelling import Respelling


class Case(Respelling):
    """The word in lower case, capitalised, in upper case: `iPhone` as `iphone`, `Iphone` and `IPHONE`."""

    def spellings(self, word: str) -> Iterable[str]:
        """Return the word in lower case, capitalised, and in upper case."""
        return word.lower(), word.capitalize(), word.upper()


def in_every_case(word: str) -> list[str]:
    """Return the word as it is, in lower case, with each part between `_` capitalised, and in upper case."""
    if "_" not in word:
        return [word, word.lower(), word.capitalize(), word.upper()]
    capitalised = "_".join([part.capitalize() for part in word.split("_")])
    return [word, word.lower(), capitalised, word.upper()]
