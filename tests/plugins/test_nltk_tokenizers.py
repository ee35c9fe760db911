"""NLTK's tokenizers, compared with NLTK itself on real sentences."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from embedkit.errors import DataError
from embedkit.plugin.registry import build_registry

DATA = os.environ.get("EMBEDKIT_DATA")
AWKWARD = [
    "",
    " ",
    "Mr. Smith can't go. It's (not) \"good\"... e.g. 3,000 %",
    "a\u2028b\u0085c",
    "한국어 영화.",
    "''``",
]


@pytest.fixture(scope="module")
def registry():
    return build_registry()


@pytest.fixture
def nltk_data(monkeypatch):
    if not DATA:
        pytest.skip("EMBEDKIT_DATA is not set")
    import nltk.data

    monkeypatch.setattr(nltk.data, "path", [f"{DATA}/nltk_data"])


@pytest.fixture(scope="module")
def sentences():
    if not DATA:
        pytest.skip("EMBEDKIT_DATA is not set")
    rows = Path(DATA, "mr.tsv").read_text(encoding="utf-8").split("\n")[:-1]
    assert len(rows) == 10662
    return [row.split("\t")[1] for row in rows] + AWKWARD


def build(registry, name, **keys):
    component = registry.get("tokenizer", name)
    return component.factory(**component.parameters(**keys).model_dump())


def test_word_without_sentences_is_word_tokenize_on_every_review(registry, sentences):
    from nltk import word_tokenize

    tokens = build(registry, "nltk-word", sentences="none").tokenize(sentences)
    assert tokens == [word_tokenize(text, preserve_line=True) for text in sentences]


def test_word_with_sentences_is_word_tokenize(registry, sentences, nltk_data):
    from nltk import word_tokenize

    sample = sentences[::5] + AWKWARD
    tokens = build(registry, "nltk-word").tokenize(sample)
    assert tokens == [word_tokenize(text) for text in sample]
    assert tokens != build(registry, "nltk-word", sentences="none").tokenize(sample)


def test_wordpunct_is_wordpunct_tokenize(registry, sentences):
    from nltk import wordpunct_tokenize

    tokens = build(registry, "nltk-wordpunct").tokenize(sentences)
    assert tokens == [wordpunct_tokenize(text) for text in sentences]


TWEETS = [
    "@remy: This is waaaaayyyy too MUCH for you!!!!!! :D :-) <3 #NLP &amp; http://t.co/X 555-123-4567",
    "",
]


@pytest.mark.parametrize(
    "keys", [{}, {"preserve_case": False}, {"reduce_len": True}, {"strip_handles": True, "reduce_len": True}]
)
def test_tweet_is_tweet_tokenizer(registry, sentences, keys):
    from nltk import TweetTokenizer

    texts = TWEETS + sentences[::20]
    oracle = TweetTokenizer(**keys)
    assert build(registry, "nltk-tweet", **keys).tokenize(texts) == [oracle.tokenize(text) for text in texts]


def test_each_option_of_tweet_changes_something(registry):
    plain = build(registry, "nltk-tweet").tokenize(TWEETS)
    for keys in ({"preserve_case": False}, {"reduce_len": True}, {"strip_handles": True}):
        assert build(registry, "nltk-tweet", **keys).tokenize(TWEETS) != plain


def test_preserve_case_false_keeps_emoticons_and_lowercase_does_not(registry):
    assert build(registry, "nltk-tweet", preserve_case=False).tokenize(["OK :D"]) == [["ok", ":D"]]
    assert build(registry, "nltk-tweet", lowercase=True).tokenize(["OK :D"]) == [["ok", ":d"]]


def test_tweet_reports_the_text_on_which_time_ran_out(registry, monkeypatch):
    redos = pytest.importorskip("nltk.redos", reason="this NLTK sets no limit of time")
    monkeypatch.setattr(redos, "DEFAULT_TIMEOUT", 0.01)
    with pytest.raises(DataError, match="tokenizer: nltk-tweet gave up on the text of 50000 characters"):
        build(registry, "nltk-tweet").tokenize(["fine", "1" * 50000])


def test_an_unknown_language_lists_those_installed(registry, nltk_data):
    with pytest.raises(DataError) as caught:
        build(registry, "nltk-word", language="English").tokenize(["A text."])
    message = str(caught.value)
    assert message.startswith("tokenizer.language: NLTK's sentence model punkt_tab is not installed")
    assert "'English' - did you mean 'english'? (allowed: english)" in message


@pytest.mark.parametrize("language", ["klingon", "english/../german", ""])
def test_no_language_gets_through(registry, nltk_data, language):
    with pytest.raises(DataError, match=r"\(allowed: english\)"):
        build(registry, "nltk-word", language=language).tokenize(["A text."])


def test_the_language_of_a_model_that_is_not_used_does_not_matter(registry):
    tokenizer = build(registry, "nltk-word", language="klingon", sentences="none")
    assert tokenizer.tokenize(["nuqneH, group"]) == [["nuqneH", ",", "group"]]


WITHOUT_NLTK_DATA = """
import sys, nltk.data
nltk.data.path[:] = sys.argv[1:]
from embedkit.errors import DataError
from embedkit_nltk.word import NltkWord
print(NltkWord(sentences="none").tokenize(["It can't be."]))
try:
    NltkWord().tokenize(["It can't be."])
except DataError as error:
    print(error)
"""


def test_a_missing_model_names_both_ways_out(tmp_path):
    """In a process of its own: NLTK keeps a model that was loaded before."""
    command = [sys.executable, "-P", "-c", WITHOUT_NLTK_DATA, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    tokens, *message = done.stdout.splitlines()
    assert tokens == "[['It', 'ca', \"n't\", 'be', '.']]"
    assert "punkt_tab is not installed for the language 'english'" in message[0]
    assert "allowed" not in message[0]
    assert any("python -m nltk.downloader punkt_tab" in line for line in message)
    assert any("sentences: none" in line for line in message)


def test_sentences_takes_two_values(registry):
    with pytest.raises(ValidationError, match="'punkt' or 'none'"):
        registry.get("tokenizer", "nltk-word").parameters(sentences="some")
