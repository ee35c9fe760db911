"""`fasttext`: spellings for fastText's published files (Bojanowski et al. 2017; Grave et al. 2018)."""

from __future__ import annotations

from collections.abc import Iterable

from embedkit_oov.accents import without_accents
from embedkit_oov.case import in_every_case
from embedkit_oov.quotes import straight
from embedkit_oov.respelling import Respelling


class FastText(Respelling):
    """Spellings as fastText's files have them.

    The `wiki.*` files are in lower case, which is therefore tried first; the `crawl`, `wiki-news` and `cc.*`
    files have case, which is why capitals are tried at all. The texts of `wiki.*` had their curly quotation
    marks made straight and their digits taken out; so a number gets no spelling. Accents are kept, so that
    they are taken off only where nothing else was found. With a `.bin` file the policy `subword` may follow.
    """

    def spellings(self, word: str) -> Iterable[str]:
        """Return each form in every case: as it is, with straight quotation marks, and without accents."""
        plain = straight(word)
        forms = dict.fromkeys((word, plain, without_accents(plain)))
        return [spelling for form in forms for spelling in in_every_case(form)]
