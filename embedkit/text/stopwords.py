"""Stop words: the lists of NLTK's `stopwords` corpus."""

from __future__ import annotations

from embedkit.errors import DataError, Fault
from embedkit.text.normal_form import compose


def stop_words(language: str, where: str = "stop_words") -> frozenset[str]:
    """Return the stop words of `language`, such as `english`, as normalized by `fold`.

    `where` is the recipe key for errors. Raises DataError if the corpus is not installed, or has no list for
    `language`.
    """
    from nltk.corpus import stopwords

    try:
        languages = stopwords.fileids()
    except LookupError as error:
        hint = "Install it: python -m nltk.downloader stopwords"
        raise DataError(Fault("NLTK's stopwords corpus is not installed", where, hint=hint)) from error
    if language not in languages:
        raise DataError(Fault.unknown("stop-word language", language, languages, where=where))
    return frozenset(fold(word.strip()) for word in stopwords.words(language))


def fold(word: str) -> str:
    """Return `word` case-folded and composed again (NFC), because case folding may decompose characters."""
    return compose(word.casefold())
