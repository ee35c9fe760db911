"""`spacy`: the rules of a library of somebody else, for many languages, without a model."""

from __future__ import annotations

import importlib.util
import pickle
import sys

import pytest

import embedkit
from embedkit.errors import DataError
from embedkit.plugin.registry import build_registry

FACTORY = build_registry().get("tokenizer", "spacy").factory
installed = pytest.mark.skipif(
    importlib.util.find_spec("spacy") is None, reason="the extra [spacy] is not installed"
)


def tokens(text, **keys):
    return FACTORY(**keys).tokenize([text])[0]


@installed
@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "I can't  go to the U.S., won't…\n", "I ca n't go to the U.S. , wo n't …"),
        ("de", "Das kostet z.B. 5 € im Geschäft.", "Das kostet z.B. 5 € im Geschäft ."),
        ("fr", "L'été d'aujourd'hui n'est pas là.", "L' été d' aujourd'hui n' est pas là ."),
        ("xx", "can't 한국어는", "can't 한국어는"),
    ],
)
def test_the_rules_are_those_of_the_language(language, text, expected):
    assert tokens(text, language=language) == expected.split()


@installed
def test_tokens_are_those_of_a_blank_pipeline_and_depend_on_the_text_alone():
    import spacy

    pipeline = spacy.blank("en")
    texts = [
        "",
        " \n\t",
        "A dull, plodding film :-( don't!",
        "x" * 1000,
        "日本 ½ 👍🏽 a\0b",
        "e.g. Mr. O'Neill's",
    ]
    expected = [[token.text for token in pipeline.make_doc(text) if not token.is_space] for text in texts]
    assert expected[:2] == [[], []]
    tokenizer = FACTORY()
    assert tokenizer.tokenize(texts) == expected
    assert tokenizer.tokenize(texts[::-1])[::-1] == expected
    assert pickle.loads(pickle.dumps(tokenizer)).tokenize(texts) == expected


@installed
def test_a_text_may_be_longer_than_a_pipeline_takes():
    assert len(tokens("good film " * 110_000)) == 220_000


@installed
def test_case_and_stop_words():
    assert tokens("The FILM isn't good", lowercase=True) == ["the", "film", "is", "n't", "good"]


@installed
def test_an_unknown_language_names_those_that_there_are():
    with pytest.raises(DataError) as caught:
        tokens("a", language="english")
    assert str(caught.value).startswith("tokenizer.language: unknown language 'english'")
    assert "de, " in str(caught.value)


@installed
def test_a_language_that_needs_another_package_says_which(monkeypatch):
    monkeypatch.setitem(sys.modules, "pythainlp", None)
    monkeypatch.setitem(sys.modules, "pythainlp.tokenize", None)
    with pytest.raises(
        DataError, match=r"tokenizer\.language: spaCy needs another package for 'th'.*PyThaiNLP"
    ):
        tokens("a", language="th")


@installed
def test_a_lone_surrogate_is_refused():
    with pytest.raises(DataError, match="a text holds a lone surrogate"):
        tokens("a \ud800")


@installed
def test_a_recipe_trains_with_it(tmp_path):
    recipe = {
        "name": "rules",
        "data": {
            "train": {"use": "inline", "texts": ["I can't stop", "I won't go"], "labels": ["good", "bad"]}
        },
        "tokenizer": {"use": "spacy", "lowercase": True},
        "embedding": {"use": "random", "dim": 2},
        "encoder": "bag",
        "training": {"epochs": 1},
        "evaluation": {"baselines": []},
    }
    words = embedkit.run(recipe, out=tmp_path / "run").vocabulary["word"]
    assert [*words[2:]] == ["i", "ca", "n't", "stop", "wo", "go"]


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    from embedkit_spacy import tokenizer

    monkeypatch.setitem(sys.modules, "spacy", None)
    tokenizer._tokenizer_of.cache_clear()
    with pytest.raises(DataError) as caught:
        tokens("a")
    assert str(caught.value) == (
        "tokenizer: the package spacy is not installed\n    Install it: pip install spacy"
    )
