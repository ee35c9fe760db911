from __future__ import annotations

import pytest

from embedkit.errors import ComponentError
from embedkit.interfaces import Example
from embedkit.text.encoding import tokenize_split
from embedkit.text.vocabulary import Vocabulary

pytestmark = pytest.mark.core


class Split:
    def tokenize(self, texts):
        return [text.split() for text in texts]


class Broken:
    def __init__(self, answer):
        self.answer = answer

    def tokenize(self, texts):
        return self.answer


EXAMPLES = [Example(1, "a b c d"), Example(2, ""), Example(3, "b")]


def test_a_text_that_is_too_long_loses_its_tail_or_its_head():
    tail = tokenize_split("train", EXAMPLES, Split(), max_length=3, cut="tail")
    head = tokenize_split("train", EXAMPLES, Split(), max_length=3, cut="head")
    assert tail.tokens == [["a", "b", "c"], [], ["b"]]
    assert head.tokens == [["b", "c", "d"], [], ["b"]]
    assert tail.cut == head.cut == [1, 0, 0]


def test_without_a_limit_every_token_stays():
    split = tokenize_split("train", EXAMPLES, Split())
    assert split.cut == [0, 0, 0]
    assert split.ids(Vocabulary.build(split.tokens)) == [[2, 3, 4, 5], [], [3]]


def test_cutting_twice_counts_every_token_that_was_lost():
    once = tokenize_split("train", EXAMPLES, Split(), max_length=3)
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
        tokenize_split("train", EXAMPLES, Broken(answer))
    assert str(caught.value) == f"test_encoding.Broken.tokenize: {message}"
