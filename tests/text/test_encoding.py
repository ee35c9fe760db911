from __future__ import annotations

import pytest

from embedkit.data.examples import Examples
from embedkit.errors import ComponentError
from embedkit.files.storage import InMemory
from embedkit.interfaces import Example
from embedkit.text.encoding import TokenizedSplit, check_cut
from embedkit.text.tokens import Tokenizing, Tokens
from embedkit.text.vocabulary import PAD_ID, Vocabulary


class Split:
    def tokenize(self, texts):
        return [text.split() for text in texts]


class Broken:
    def __init__(self, answer):
        self.answer = answer

    def tokenize(self, texts):
        return self.answer


EXAMPLES = Examples.of([Example(1, "a b c d"), Example(2, ""), Example(3, "b")])


def split_of(tokenizer, **limits):
    tokens = Tokenizing(tokenizer).tokens(EXAMPLES.texts, InMemory())
    return TokenizedSplit.of("train", EXAMPLES, tokens, **limits)


def test_a_text_that_is_too_long_loses_its_tail_or_its_head():
    tail = split_of(Split(), max_length=3, cut="tail")
    head = split_of(Split(), max_length=3, cut="head")
    assert [*tail.tokens] == [["a", "b", "c"], [], ["b"]]
    assert [*head.tokens] == [["b", "c", "d"], [], ["b"]]
    assert tail.cut == head.cut == [1, 0, 0]


def test_without_a_limit_every_token_stays():
    split = split_of(Split())
    assert split.cut == [0, 0, 0]
    ids = split.ids(Vocabulary.of(split.tokens.counts), InMemory())
    assert ids[0 : len(ids)].tolist() == [2, 3, 4, 5, 3, PAD_ID]


def test_cutting_twice_counts_every_token_that_was_lost():
    once = split_of(Split(), max_length=3)
    assert once.shortened(1, "tail").cut == [3, 0, 0]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([["a"]], "expected a list of 3 lists of tokens, got 1 of them"),
        ("abc", "expected a list of 3 lists of tokens, got str 'abc'"),
        ([["a"], [7], ["b"]], "expected lists of strings, got int 7 for the text ''"),
        ([["a"], "x", ["b"]], "expected lists of strings, got str 'x' for the text ''"),
    ],
)
def test_a_tokenizer_that_gives_something_else_is_named(answer, message):
    with pytest.raises(ComponentError) as caught:
        split_of(Broken(answer))
    assert str(caught.value) == f"test_encoding.Broken.tokenize: {message}"


@pytest.mark.core
def test_many_texts_that_lose_tokens():
    cuts = {"train": [0] * 18 + [1, 2], "test": [0] * 17 + [1, 2, 7]}
    splits = {
        name: TokenizedSplit(name, Examples.of(()), Tokens.of([["a", "b", "c"]] * len(cut)), cut)
        for name, cut in cuts.items()
    }
    assert [str(fault) for fault in check_cut(splits)] == [
        "data.test: 3 of 20 texts lose tokens to their limit; the longest has 10"
    ]
