"""Function words: English closed classes, the pieces of contractions, and NLTK's lists."""

from __future__ import annotations

import os

import pytest

from embedkit.errors import DataError
from embedkit.evaluation.oov.content import Content
from embedkit.plugin.registry import build_registry
from embedkit.recipe.build import Part
from embedkit.recipe.sections.section import spec_of

DATA = os.environ.get("EMBEDKIT_DATA")


def made(plain):
    return Part(build_registry(), "function-words", spec_of(plain), "evaluation.function_words.0").make()


@pytest.fixture(scope="module")
def english():
    return Content(made("english").words())


@pytest.mark.parametrize(
    "sentence",
    [
        "the of and to a in is it you that he was for on are with as his they at be this from have or had by",
        "What if she could not have done it without them ?",
        "I ca n't , wo n't and sha n't ; they 've n't , he 's , we 'd , you 're , she 'll , I 'm .",
        "it's don't can't won't they're we've I'd you'll there's that's couldn't isn't let's",
        "it’s don’t can’t won’t they’re",
    ],
)
def test_sentences_of_function_words_have_no_content(english, sentence):
    assert not any(english.of(sentence.split()))


@pytest.mark.parametrize(
    "sentence",
    [
        "film good bad great work nerd movie best nice quality highly respectable",
        "seems makes gets goes come see think want need take two million never always often funny",
    ],
)
def test_nouns_verbs_adjectives_numerals_and_adverbs_of_manner_are_content(english, sentence):
    assert all(english.of(sentence.split()))


def test_the_words_are_lower_case_and_straight():
    words = made("english").words()
    assert all(word == word.casefold() and "’" not in word for word in words)
    assert len(words) > 300


def test_most_of_nltks_english_list_is_in_ours(monkeypatch):
    """Ours is written from grammar, theirs from counts; a word of theirs that ours lacks would be suspect."""
    if not DATA:
        pytest.skip("EMBEDKIT_DATA is not set")
    import nltk.data

    monkeypatch.setattr(nltk.data, "path", [f"{DATA}/nltk_data"])
    theirs, ours = made({"use": "nltk-stopwords", "language": "english"}).words(), made("english").words()
    lacking = {word for word in theirs - ours if len(word) > 2}
    assert lacking <= {"again", "further", "now", "own", "same", "needn"} | {
        word for word in lacking if f"{word}'t" in ours
    }


def test_other_languages_are_nltks(monkeypatch):
    if not DATA:
        pytest.skip("EMBEDKIT_DATA is not set")
    import nltk.data

    monkeypatch.setattr(nltk.data, "path", [f"{DATA}/nltk_data"])
    german = Content(made({"use": "nltk-stopwords", "language": "german"}).words())
    assert german.of(["Der", "Film", "ist", "nicht", "schlecht", "."]) == [0, 1, 0, 0, 1, 0]


def test_a_language_that_nltk_lacks_is_an_error_that_names_the_key(monkeypatch):
    if not DATA:
        pytest.skip("EMBEDKIT_DATA is not set")
    import nltk.data

    monkeypatch.setattr(nltk.data, "path", [f"{DATA}/nltk_data"])
    with pytest.raises(DataError, match=r"evaluation\.function_words.*did you mean 'german'"):
        made({"use": "nltk-stopwords", "language": "germn"}).words()
