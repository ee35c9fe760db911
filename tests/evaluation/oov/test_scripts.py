"""Texts in a script that no function word is in are told once; mixed and known scripts are passed over."""

from __future__ import annotations

import pytest

from embedkit.data.examples import Examples
from embedkit.evaluation.oov.content import Content
from embedkit.evaluation.oov.scripts import script_of, warn_of_scripts
from embedkit.interfaces import Example
from embedkit.text.encoding import TokenizedSplit
from embedkit.text.tokens import Tokens

SCRIPTS = {
    "the": "Latin",
    "Ärger": "Latin",
    "ｆｕｌｌ": "Latin",
    "영화": "Hangul",
    "фильм": "Cyrillic",
    "ταινία": "Greek",
    "فيلم": "Arabic",
    "फिल्म": "Devanagari",
    "電影": "Chinese or Japanese",
    "これ": "Chinese or Japanese",
    "テレビ": "Chinese or Japanese",
    "ﾃﾚﾋﾞ": "Chinese or Japanese",
    "2nd": "Latin",
    "...": None,
    "1,000": None,
    "😀": None,
    "": None,
}


@pytest.mark.parametrize("word", SCRIPTS)
def test_the_script_of_a_word_is_that_of_its_first_letter(word):
    assert script_of(word) == SCRIPTS[word]


def split(text):
    tokens = Tokens.of([text.split()])
    return {"test": TokenizedSplit.of("test", Examples.of([Example(1, text, "a")]), tokens)}


def told(caplog, words, text):
    caplog.clear()
    warn_of_scripts(Content(words), split(text))
    return [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("이 영화 정말 좋다 !", "Hangul (100% of the words)"),
        ("этот фильм очень good", "Cyrillic (75% of the words)"),
        ("這部 電影 很 好", "Chinese or Japanese (100% of the words)"),
        ("영화 фильм film", "Hangul (33% of the words), Cyrillic (33% of the words)"),
    ],
)
def test_a_script_that_no_word_is_in_is_told_once(caplog, text, says):
    assert told(caplog, ["the", "a"], text) == [
        "evaluation.function_words: none of these words is in a script of the texts: "
        f"{says}; all words in it count as content"
    ]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["the"], "a good film with no function word of the list , 1999 !"),
        (["the"], "this film was seen in Seoul by many people and was called 영화 there"),
        (["the", "이"], "이 영화 정말 좋다"),
        (["の", "は"], "映画 東京 大学 経済"),
        ([], "이 영화 정말 좋다"),
        (["the"], "1 2 3 !"),
        (["the"], ""),
    ],
)
def test_nothing_is_told_where_nothing_is_amiss(caplog, words, text):
    assert told(caplog, words, text) == []
