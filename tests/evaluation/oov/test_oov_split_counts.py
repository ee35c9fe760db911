"""What is counted of a whole split, by numbers of words, is what is counted text by text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embedkit.data.examples import Examples
from embedkit.data.labels import Labelling
from embedkit.evaluation.oov.columns import cells, columns
from embedkit.evaluation.oov.content import Content
from embedkit.evaluation.oov.counting import Tally
from embedkit.evaluation.oov.shares import measure, measure_split
from embedkit.evaluation.outputs import Scored
from embedkit.evaluation.predictions import Predictions, header, row
from embedkit.files.storage import InMemory
from embedkit.interfaces import Example
from embedkit.model.objective import objective_of
from embedkit.model.token_states import STATES, TokenStates
from embedkit.text.encoding import TokenizedSplit
from embedkit.text.tokens import Tokens

WORDS = ["the", "film", "of", "12", ".", "great", "qwzx", "é", "N'T"]
CONTENT = Content(["the", "of", "n't"])
CLASSES = ("a", "b", "c")


class Known:
    """Words whose states and whether they are looked up were drawn."""

    def __init__(self, states, apart):
        self._states, self._apart = states, apart

    def token_states(self, split):
        places = [WORDS.index(word) for word in split.tokens.words]
        states, apart = ([of[place] for place in places] for of in (self._states, self._apart))
        return TokenStates.of_words(split.tokens, states, apart)


class Pieces:
    """Tokens that are read in pieces, of which numbers and whether they are unknown were drawn."""

    def __init__(self, drawn):
        self._drawn = drawn

    def token_states(self, split):
        count = sum(split.tokens.numbers.lengths())
        drawn = [self._drawn[place % len(self._drawn)] for place in range(count)]
        pieces, unknown = (np.array([each[part] for each in drawn], np.int64) for part in (0, 1))
        return TokenStates.of_pieces(split.tokens, pieces, unknown.astype(np.bool_), InMemory())


@st.composite
def predictions(draw):
    several = draw(st.booleans())
    labels = (
        st.lists(st.sampled_from(CLASSES), unique=True).map(lambda s: "|".join(sorted(s)))
        if several
        else st.sampled_from(CLASSES)
    )
    texts = draw(
        st.lists(st.tuples(st.lists(st.sampled_from(WORDS), max_size=12), st.none() | labels), max_size=9)
    )
    labelling = Labelling(CLASSES, "|" if several else None)
    examples = Examples.of([Example(i, " ".join(words), label) for i, (words, label) in enumerate(texts)])
    split = TokenizedSplit.of(
        "test", examples, Tokens.of(words for words, _ in texts), draw(st.sampled_from([None, 3]))
    )
    taken = draw(st.lists(st.integers(0, len(texts) - 1), unique=True).map(sorted)) if texts else []
    split = split.take(taken)
    probabilities = np.array(
        [draw(st.lists(st.floats(0, 1), min_size=3, max_size=3)) for _ in taken]
    ).reshape(-1, 3)
    scored = Scored(probabilities, 0.0, 0.0, objective_of(3, several))
    known = Known(
        *(
            draw(st.lists(st.sampled_from(s), min_size=len(WORDS), max_size=len(WORDS)))
            for s in (STATES, (True, False))
        )
    )
    if draw(st.booleans()):
        known = Pieces(draw(st.lists(st.tuples(st.integers(1, 3), st.booleans()), min_size=1, max_size=9)))
    return Predictions(split, known, scored, labelling, 0.5)


@given(predictions())
def test_words_are_counted_as_text_by_text(texts):
    counted, one_by_one = (
        Tally.of_split(texts),
        Tally.of(iter(texts), CLASSES, texts.labelling.separator),
    )
    assert counted == replace(one_by_one, state_set=texts.token_states.state_set)
    assert one_by_one.state_set == counted.state_set or not len(texts)


@given(predictions())
def test_a_row_has_a_cell_for_every_column_and_counts_that_add_up(texts):
    state_set = texts.token_states.state_set
    names = [*header(CLASSES, state_set), *columns(state_set)]
    for text in texts:
        cell = dict(zip(names, [*row(text), *cells(text, CONTENT)], strict=True))
        assert len(cell) == len(names)
        assert sum(cell[name] for name in state_set.columns[:-1]) == cell["tokens"] == len(text.tokens)
        assert [*cell["token_states"]] == [word.state for word in text.words]
        assert cell[state_set.columns[-1]] == sum(word.amount for word in text.words)
        assert cell.get("token_pieces") == text.pieces


@given(predictions())
def test_the_coverage_of_a_split_is_that_of_its_texts(texts):
    counted = texts.coverage()["tokens"]
    state_set = texts.token_states.state_set
    assert [*counted] == [*state_set.states, state_set.amount, "cut"]
    for state in state_set.states:
        assert counted[state] == sum(text.states.count(state) for text in texts)
    assert counted[state_set.amount] == sum(sum(text.amounts) for text in texts)


@given(predictions())
def test_shares_are_measured_as_text_by_text(texts):
    found, expected = measure_split(texts, CONTENT), measure(iter(texts), CONTENT)
    for name in ("wrong", "length", "all", "content"):
        a, b = getattr(found, name), getattr(expected, name)
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
