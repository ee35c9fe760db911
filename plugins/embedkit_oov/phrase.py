"""`phrase`: compounds joined with `_`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from embedkit_oov.respelling import Respelling

HYPHENS = "-\u2010\u2011"
SEPARATOR = re.compile(rf"[{HYPHENS}\u2013/\s]+")
"""Hyphens (also U+2010 and the non-breaking U+2011), the en dash, slashes and white space."""

HYPHEN_BETWEEN_LETTERS = re.compile(rf"(?<=[^\W\d_])[{HYPHENS}](?=[^\W\d_])")


class Phrase(Respelling):
    """The parts of a compound joined with `_`, as word2vec's phrases are: `New-York` is `New_York`."""

    def spellings(self, word: str) -> Iterable[str]:
        """Return the word with its parts joined with `_`."""
        return (joined(word),)


def joined(word: str) -> str:
    """Return the word with its parts joined with `_`, or as it is if it has fewer than two parts."""
    parts = [part for part in SEPARATOR.split(word) if part]
    return "_".join(parts) if len(parts) > 1 else word


def closed(word: str) -> str:
    """Return the word without the hyphens between its letters: `e-mail` is `email`."""
    return HYPHEN_BETWEEN_LETTERS.sub("", word)
