"""What the tokenizer makes of texts."""

from __future__ import annotations

import pytest

from embedkit.plugin_api import make_component


def test_words_become_ngrams() -> None:
    tokenizer = make_component("tokenizer", "placeholder")
    assert tokenizer.tokenize(["A film", ""]) == [["<a>", "<fi", "fil", "ilm", "lm>"], []]


def test_a_word_shorter_than_n_is_one_token() -> None:
    tokenizer = make_component("tokenizer", "placeholder", n=6, lowercase=False)
    assert tokenizer.tokenize(["A Film so"]) == [["<A>", "<Film>", "<so>"]]


def test_n_is_at_least_one() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        make_component("tokenizer", "placeholder", n=0)
