"""Occurrences that are read are spread over all, and states belong to the tokens that they overlap."""

from __future__ import annotations

import pytest
from embedkit_distilled.sentences import aligned, choose
from hypothesis import given
from hypothesis import strategies as st

WORD = st.text("abc", min_size=1, max_size=2)
TEXTS = st.lists(st.lists(WORD, max_size=6), max_size=12)


def occurrences(texts, word):
    return [(i, j) for i, tokens in enumerate(texts) for j, token in enumerate(tokens) if token == word]


@given(TEXTS, st.integers(1, 5))
def test_each_word_is_read_at_most_so_often(texts, most):
    words = [*dict.fromkeys(token for tokens in texts for token in tokens)][::2]
    chosen = choose(words, texts, most)
    for number, word in enumerate(words):
        of_word = [(text, at) for text, places in chosen.items() for at, row in places if row == number]
        everywhere = occurrences(texts, word)
        assert {*of_word} <= {*everywhere}
        assert len(of_word) == min(most, len(everywhere))


def test_they_are_spread_over_all_texts():
    chosen = choose(["x"], [["x"] for _ in range(100)], 4)
    assert sorted(chosen) == [24, 49, 74, 99]


@pytest.mark.parametrize(
    ("tokens", "words", "expected"),
    [
        (["good", "film"], ["good", "film"], [[0], [1]]),
        (["don't", "go"], ["don", "'", "t", "go"], [[0, 1, 2], [3]]),
        (["do", "n't"], ["do", "n", "'", "t"], [[0], [1, 2, 3]]),
        (["a", "a", "a"], ["a", "a", "a"], [[0], [1], [2]]),
        (["New York", "city"], ["New", "York", "city"], [[0, 1], [2]]),
        (["a", "b"], ["a b"], [[0], [0]]),
        (["good", "film"], ["good", " film"], [[0], [1]]),
        (["", "film", ""], ["film"], [[], [0], []]),
        (["so", "\u200b", "good"], ["so", "good"], [[0], [], [1]]),
        (["cut", "here", "and"], ["cut", "here"], [[0], [1], []]),
        (["one"], ["", "  ", "one"], [[2]]),
        (["one", "two"], ["other", "two"], [[], [1]]),
        ([], [], []),
    ],
)
def test_words_of_the_model_belong_to_the_tokens_that_they_overlap(tokens, words, expected):
    assert aligned(tokens, words) == expected


@given(st.lists(st.text("ab'.", min_size=1, max_size=4), max_size=8), st.data())
def test_any_division_of_tokens_finds_them_again(tokens, data):
    words, expected = [], []
    for token in tokens:
        cuts = sorted(data.draw(st.sets(st.integers(1, max(len(token) - 1, 1)))) - {len(token)})
        parts = [token[i:j] for i, j in zip([0, *cuts], [*cuts, len(token)], strict=True)]
        expected.append([*range(len(words), len(words) + len(parts))])
        words += parts
    assert aligned(tokens, words) == expected
