from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedkit.text.vocabulary import PAD, PAD_ID, UNK, UNK_ID, Vocabulary

pytestmark = pytest.mark.core


def test_ids_count_from_two_in_order_of_first_appearance():
    vocabulary = Vocabulary.of(Counter(["b", "a", "b", "c", "a"]))
    assert vocabulary.to_dict() == {PAD: 0, UNK: 1, "b": 2, "a": 3, "c": 4}
    assert vocabulary.counts == (2, 2, 1)
    assert len(vocabulary) == 5


def test_unknown_words_share_the_row_of_unk():
    assert Vocabulary.of(Counter(["a"])).ids(["a", "zebra", "a", ""]) == [2, UNK_ID, 2, UNK_ID]


def test_rare_words_are_dropped_and_remembered():
    vocabulary = Vocabulary.of(Counter(["a", "b", "a", "c"]), min_count=2)
    assert vocabulary.words == ("a",)
    assert vocabulary.dropped == {"b": 1, "c": 1}


def test_at_the_size_limit_the_word_that_came_first_is_kept():
    vocabulary = Vocabulary.of(Counter(["x", "y", "z", "z"]), max_size=2)
    assert vocabulary.words == ("x", "z")
    assert vocabulary.dropped == {"y": 1}


@pytest.mark.parametrize("literal", [PAD, UNK])
def test_a_word_that_reads_like_a_reserved_row_is_an_ordinary_unseen_word(literal):
    vocabulary = Vocabulary.of(Counter([literal, "a"]))
    assert vocabulary.words == ("a",)
    assert literal not in vocabulary
    assert vocabulary.ids([literal]) == [UNK_ID]


@given(st.lists(st.lists(st.sampled_from("abcdefgh"))), st.integers(1, 4), st.none() | st.integers(1, 6))
def test_every_token_is_either_kept_or_dropped(texts, min_count, max_size):
    counts = Counter(token for text in texts for token in text)
    vocabulary = Vocabulary.of(counts, min_count, max_size)
    assert {**dict(zip(vocabulary.words, vocabulary.counts, strict=True)), **vocabulary.dropped} == counts
    assert max_size is None or len(vocabulary.words) <= max_size
    assert all(count >= min_count for count in vocabulary.counts)
    assert sorted(vocabulary.to_dict().values()) == list(range(len(vocabulary)))
    assert PAD_ID not in vocabulary.ids([token for text in texts for token in text])
