"""What is counted of a whole split, by numbers of words, is what is counted text by text."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embedkit.data.examples import Examples
from embedkit.data.labels import Labelling
from embedkit.evaluation.oov.content import Content
from embedkit.evaluation.oov.counting import Tally
from embedkit.evaluation.oov.shares import measure, measure_split
from embedkit.evaluation.outputs import Scored
from embedkit.evaluation.predictions import Predictions
from embedkit.interfaces import Example
from embedkit.model.objective import objective_of
from embedkit.model.table_rows import STATES
from embedkit.text.encoding import TokenizedSplit
from embedkit.text.tokens import Tokens

WORDS = ["the", "film", "of", "12", ".", "great", "qwzx", "é", "N'T"]
CONTENT = Content(["the", "of", "n't"])
CLASSES = ("a", "b", "c")


class Known:
    """Words whose states and whether they are looked up were drawn."""

    def __init__(self, states, apart):
        self._states, self._apart = states, apart

    def states(self, words):
        return [self._states[WORDS.index(word)] for word in words]

    def are_looked_up(self, words):
        return [self._apart[WORDS.index(word)] for word in words]


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
    return Predictions(split, known, scored, labelling, 0.5)


@given(predictions())
def test_words_are_counted_as_text_by_text(texts):
    assert Tally.of_split(texts) == Tally.of(iter(texts), CLASSES, texts.labelling.separator)


@given(predictions())
def test_shares_are_measured_as_text_by_text(texts):
    found, expected = measure_split(texts, CONTENT), measure(iter(texts), CONTENT)
    for name in ("wrong", "length", "all", "content"):
        a, b = getattr(found, name), getattr(expected, name)
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
