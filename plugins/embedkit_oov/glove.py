"""`glove`: spellings for Stanford's GloVe files (Pennington, Socher & Manning 2014)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from embedkit_oov.accents import without_accents
from embedkit_oov.case import in_every_case
from embedkit_oov.quotes import straight
from embedkit_oov.respelling import Respelling

BRACKETS = {"-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]", "-lcb-": "{", "-rcb-": "}"}
"""How the Penn Treebank writes brackets, which GloVe has as they are."""

CLASSES = (
    ("<url>", re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)),
    ("<user>", re.compile(r"@\w+")),
    ("<number>", re.compile(r"[-+]?[.\d]*\d[:,.\d]*")),
)
"""Placeholders of GloVe's Twitter files for addresses, handles and numbers."""


class Glove(Respelling):
    """Spellings as GloVe's files have them.

    6B, 42B, the Twitter and the 2024 files are in lower case, which is therefore tried first; 840B has case,
    which is why capitals are tried at all. Words are those of Stanford's tokenizer: punctuation by itself,
    `n't` and `'s` split off, digits and hyphens kept. Curly quotation marks and accents are kept where they
    were written, so that they are made plain only where nothing else was found. In the Twitter files
    addresses, handles and numbers are `<url>`, `<user>` and `<number>`, which comes last.
    """

    def spellings(self, word: str) -> Iterable[str]:
        """Return each form in every case, then the Twitter files' placeholder, such as `<url>`, if any."""
        if word.isascii() and word.isalpha():
            return in_every_case(word)
        bracket = BRACKETS.get(word.lower(), word)
        forms = dict.fromkeys((bracket, straight(word), without_accents(straight(word))))
        cased = [spelling for form in forms for spelling in in_every_case(form)]
        return [*cased, *(name for name, pattern in CLASSES if pattern.fullmatch(word))]
