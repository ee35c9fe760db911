"""NLTK's stop-word lists."""

from __future__ import annotations

import os

import pytest

from embedkit.errors import DataError
from embedkit.text.stopwords import fold, stop_words

DATA = os.environ.get("EMBEDKIT_DATA")


@pytest.fixture
def nltk_data(monkeypatch):
    if not DATA:
        pytest.skip("EMBEDKIT_DATA is not set")
    import nltk.data

    monkeypatch.setattr(nltk.data, "path", [f"{DATA}/nltk_data"])


def test_english_is_nltks_list(nltk_data):
    from nltk.corpus import stopwords

    assert stop_words("english") == frozenset(stopwords.words("english"))
    assert {"the", "not", "don't"} <= stop_words("english")


def test_every_list_is_folded_composed_and_without_spaces(nltk_data):
    from nltk.corpus import stopwords

    languages = stopwords.fileids()
    assert len(languages) >= 33
    for language in languages:
        for word in stop_words(language):
            assert word == fold(word)
            assert word == word.strip()


def test_an_unknown_language_is_named_with_its_nearest(nltk_data):
    with pytest.raises(DataError) as caught:
        stop_words("Englisch")
    message = str(caught.value)
    assert message.startswith("stop_words: unknown stop-word language 'Englisch' - did you mean 'english'?")
    assert "dutch" in message
    assert "spanish" in message


def test_a_missing_corpus_names_the_download(monkeypatch, tmp_path):
    import nltk.corpus
    import nltk.data
    from nltk.corpus.reader import WordListCorpusReader
    from nltk.corpus.util import LazyCorpusLoader

    monkeypatch.setattr(nltk.data, "path", [str(tmp_path)])
    unloaded = LazyCorpusLoader("stopwords", WordListCorpusReader, r"(?!README|\.).*", encoding="utf8")
    monkeypatch.setattr(nltk.corpus, "stopwords", unloaded)
    with pytest.raises(DataError, match="stop_words: NLTK's stopwords corpus is not installed") as caught:
        stop_words("english")
    assert "python -m nltk.downloader stopwords" in str(caught.value)


def test_folding_leaves_words_composed():
    """Greek's upsilon with smooth breathing folds to two characters, and capital sigma to one of two."""
    assert fold("αὐτὸς") == fold("ΑὐΤῸΣ") == "αὐτὸσ"
