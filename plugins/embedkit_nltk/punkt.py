"""Punkt, NLTK's sentence model.

Kiss & Strunk 2006, "Unsupervised Multilingual Sentence Boundary Detection".
"""

from __future__ import annotations

from collections.abc import Iterator

from embedkit.plugin_api import DataError, Fault, nearest

WAYS_OUT = (
    "Install the models: python -m nltk.downloader punkt_tab\n"
    "    or do without: `sentences: none` takes each text as one sentence"
)


def require_model(language: str) -> None:
    """Load the sentence model of `language`, which NLTK then caches.

    Raises DataError if it is not installed; the error lists the languages that are.
    """
    from nltk.tokenize import sent_tokenize

    try:
        sent_tokenize("", language)
    except (LookupError, OSError, ValueError) as error:
        installed = sorted(set(_installed_languages()))
        what = f"NLTK's sentence model punkt_tab is not installed for the language '{language}'"
        fault = Fault(what, "tokenizer.language", nearest(language, installed), tuple(installed), WAYS_OUT)
        raise DataError(fault) from error


def _installed_languages() -> Iterator[str]:
    from nltk import data
    from nltk.corpus.reader.util import find_corpus_fileids

    for folder in data.path:
        try:
            root = data.find("tokenizers/punkt_tab/", [folder])
        except LookupError:
            continue
        for name in find_corpus_fileids(root, r"[^/]+/collocations\.tab"):
            yield name.partition("/")[0]
