"""Lower-casing and stop words, alone and through every bundled tokenizer."""

from __future__ import annotations

import os

import pytest

from embedkit.plugin.registry import build_registry
from embedkit.text.cleaning import clean

DATA = os.environ.get("EMBEDKIT_DATA")
with_data = pytest.mark.skipif(not DATA, reason="EMBEDKIT_DATA is not set")
TOKENIZERS = ["nltk-tweet", "nltk-word", "nltk-wordpunct", "regex", "whitespace"]


@pytest.fixture
def nltk_data(monkeypatch):
    import nltk.data

    monkeypatch.setattr(nltk.data, "path", [f"{DATA}/nltk_data"])


@pytest.mark.core
def test_nothing_asked_nothing_changed():
    texts = [["The", "Film"], []]
    assert clean(texts, lowercase=False, stop_words=None) == texts


@pytest.mark.core
def test_lowercase_alone():
    assert clean([["The", "FILM", "É"], []], lowercase=True, stop_words=None) == [["the", "film", "é"], []]


@with_data
def test_stop_words_go_in_any_case_and_the_rest_stays(nltk_data):
    texts = [["The", "THE", "the", "Film", "was", "Good"], ["of"]]
    assert clean(texts, lowercase=False, stop_words="english") == [["Film", "Good"], []]
    assert clean(texts, lowercase=True, stop_words="english") == [["film", "good"], []]


@with_data
def test_a_final_sigma_is_the_same_letter(nltk_data):
    """Greek has two small sigmas and one capital one, and its breathings come apart when folded."""
    assert clean([["αὐτὸς", "ΑὐΤῸΣ", "ἄνθρωπος"]], lowercase=False, stop_words="greek") == [["ἄνθρωπος"]]


@with_data
@pytest.mark.parametrize("name", TOKENIZERS)
def test_every_bundled_tokenizer_cleans(nltk_data, name):
    tokenizer = build_registry().get("tokenizer", name).factory
    text = ["This is NOT a Film about the Nerd", ""]
    assert tokenizer().tokenize(text) == [text[0].split(), []]
    assert tokenizer(stop_words="english").tokenize(text) == [["Film", "Nerd"], []]
    assert tokenizer(stop_words="english", lowercase=True).tokenize(text) == [["film", "nerd"], []]


def test_these_are_all_bundled_tokenizers():
    components = build_registry().components()
    bundled = {
        c.name for c in components if c.kind == "tokenizer" and c.plugin.distribution == "embedkit-text"
    }
    # The file of `tokenizers` says what becomes of a text, of `ngrams` another tokenizer does, and `kiwi` is
    # of a language without capitals.
    assert bundled - {"spacy"} == {*TOKENIZERS, "tokenizers", "ngrams", "kiwi"}
