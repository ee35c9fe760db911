"""The states of tokens: by word for word vectors, and token by token for text encoders."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedkit.files.storage import InMemory
from embedkit.model.table_rows import TableRows
from embedkit.model.token_states import (
    OF_PIECES,
    OF_WORDS,
    OUT_OF_VOCABULARY,
    TokenStates,
    Word,
)
from embedkit.text.tokens import Tokens
from embedkit.text.vocabulary import Vocabulary


def of_pieces(texts):
    """The states of texts whose tokens are (word, pieces, whether a piece is unknown)."""
    tokens = Tokens.of([word for word, *_ in text] for text in texts)
    flat = [token for text in texts for token in text]
    pieces = np.array([pieces for _, pieces, _ in flat], np.int64)
    unknown = np.array([unknown for *_, unknown in flat], np.bool_)
    return TokenStates.of_pieces(tokens, pieces, unknown, InMemory())


def read(states):
    return [[states.words[number] for number in text] for text in states.numbers]


def test_a_word_is_whole_split_or_unknown():
    states = of_pieces([[("film", 1, False), ("unwatchable", 3, False)], [("☃", 1, True), ("a☃b", 3, True)]])
    assert read(states) == [
        [Word("film", "whole", 1), Word("unwatchable", "split", 3)],
        [Word("☃", "unknown", 1), Word("a☃b", "unknown", 3)],
    ]
    assert states.state_set == OF_PIECES


def test_a_word_that_is_read_in_two_ways_has_both():
    """A model of bytes reads a word otherwise after a space than at the beginning of a text."""
    states = of_pieces([[("film", 2, False), ("film", 1, False)], [], [("film", 2, False)]])
    assert states.counts() == {Word("film", "split", 2): 2, Word("film", "whole", 1): 1}
    assert [*map(len, states.numbers)] == [2, 0, 1]


TOKENS = st.tuples(
    st.sampled_from(["a", "film", "é", ""]), st.sampled_from([0, 1, 2, 3, 2**31 - 1]), st.booleans()
)


@given(st.lists(st.lists(TOKENS, max_size=6), max_size=5))
def test_every_token_is_read_as_its_own_pieces_say(texts):
    states = of_pieces(texts)
    expected = [
        [
            Word(word, "unknown" if unknown or not pieces else "whole" if pieces == 1 else "split", pieces)
            for word, pieces, unknown in text
        ]
        for text in texts
    ]
    assert read(states) == expected
    assert states.counts() == Counter(word for text in expected for word in text)
    assert len({*states.words}) == len(states.words)


def test_the_states_of_a_table_are_those_of_its_words():
    vocabulary = Vocabulary(("film", "odd"), (2, 1), dropped={"rare": 1})
    rows = TableRows(vocabulary, ["pad", "unk", "found", "filled"], [""] * 4)
    tokens = Tokens.of([["film", "never"], ["odd", "film", "rare"]])
    states = TokenStates.of_words(tokens, rows.states(tokens.words), rows.are_looked_up(tokens.words))
    assert read(states) == [
        [Word("film", "covered", 0), Word("never", "unseen", 0)],
        [Word("odd", "filled", 0), Word("film", "covered", 0), Word("rare", "dropped", 0)],
    ]
    assert states.counts()["film", "covered", 0] == 2


@pytest.mark.parametrize("state_set", [OF_WORDS, OF_PIECES])
def test_what_has_no_vector_is_missing_and_every_count_has_a_column(state_set):
    assert state_set.without_vector <= state_set.missing <= {*state_set.states}
    assert len({*state_set.columns}) == len(state_set.columns) == len(state_set.states) + 1
    assert {*state_set.states} & OUT_OF_VOCABULARY == state_set.missing


def test_no_state_is_of_two_kinds_of_models_and_no_column_is_one_of_others():
    assert {*OF_WORDS.states}.isdisjoint(OF_PIECES.states)
    assert {"split", "id", "label", "text", "tokens", "cut"}.isdisjoint(
        {*OF_WORDS.columns, *OF_PIECES.columns}
    )
