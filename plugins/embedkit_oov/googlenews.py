"""`googlenews`: spellings for GoogleNews-vectors-negative300 (Mikolov et al. 2013)."""

from __future__ import annotations

from collections.abc import Iterable

from embedkit_oov.accents import without_accents
from embedkit_oov.case import in_every_case
from embedkit_oov.digits import hidden
from embedkit_oov.phrase import closed, joined
from embedkit_oov.quotes import straight
from embedkit_oov.respelling import Respelling

LEFT_OUT = frozenset({"a", "and", "of", "to"})
"""Words that the file leaves out on purpose; `A` and the like are in it, from titles and grades."""


class GoogleNews(Respelling):
    """Spellings as the 3,000,000 words of GoogleNews have them.

    Apostrophes are straight: no word has a curly one. Digits are `#` wherever a part of a word has two of
    them. Words are split at hyphens and slashes, so that a compound is a phrase joined with `_`
    (`sci-fi`: `sci_fi`) or one word (`gross-out`: `grossout`). Case matters, and names stand only with theirs
    (`spielberg`: `Spielberg`); upper case, from headlines, comes last. Accents are mostly kept (`café`), so
    that they are taken off only where nothing else was found. `a`, `and`, `of` and `to` get no spelling.
    """

    def spellings(self, word: str) -> Iterable[str]:
        """Return each form in every case, accented before plain, or nothing for `a`, `and`, `of`, `to`."""
        if word in LEFT_OUT:
            return ()
        if word.isascii() and word.isalpha():
            return in_every_case(word)
        accented = straight(word)
        plain = without_accents(accented)
        return _in_order(accented) if plain == accented else [*_in_order(accented), *_in_order(plain)]


def _in_order(word: str) -> list[str]:
    """Return the word, its parts joined with `_`, and closed up: all in one case, then all in the next.

    Digits are hidden in every form.
    """
    forms = dict.fromkeys(map(hidden, dict.fromkeys((word, joined(word), closed(word)))))
    return [spelling for same_case in zip(*map(in_every_case, forms), strict=True) for spelling in same_case]
