"""A policy that is asked again has to answer as before."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.errors import ComponentError
from embedkit.interfaces import FillContext, Filled
from embedkit.interfaces.consistency import check_fill, check_proposals
from embedkit.model.known_words import KnownWords

WORDS = ["films", "greatly", "drab"]
FOUND = np.array([[1, 2], [3, 4]], np.float32)


class Policy:
    """Fills words by `row`, a function of the word, its place and the context, and remembers its calls."""

    total = True

    def __init__(self, row):
        self.row, self.calls = row, 0

    def candidates(self, word):
        return [word.lower()]

    def fill(self, words, context):
        self.calls += 1
        rows = [self.row(self, word, place, context) for place, word in enumerate(words)]
        return Filled(np.array(rows, np.float32), np.ones(len(words), np.bool_))


def context():
    source = KnownWords(["a", "b"], FOUND)
    return FillContext(source, FOUND, np.random.default_rng(7), ["a", "b"])


def check(row):
    check_fill(Policy(row), "policy 'x'", "oov.0", WORDS, context)


@pytest.mark.parametrize(
    "row",
    [
        lambda _policy, word, _place, _context: [len(word), 0],
        lambda _policy, _word, _place, context: context.rng.normal(size=2),
        lambda _policy, word, _place, context: context.found.mean(axis=0) * len(word),
    ],
)
def test_what_follows_from_word_and_context_passes(row):
    check(row)


@pytest.mark.parametrize(
    "row",
    [
        lambda policy, _word, _place, _context: [policy.calls, 0],
        lambda _policy, _word, _place, _context: np.random.default_rng().normal(size=2),
        lambda _policy, _word, _place, _context: np.random.normal(size=2),
    ],
)
def test_what_depends_on_earlier_calls_or_chance_is_named(row):
    state = np.random.get_state()[1].tolist()
    with pytest.raises(
        ComponentError, match="oov.0: policy 'x' gives the word 'films' another vector when it"
    ):
        check(row)
    assert np.random.get_state()[1].tolist() == state


def test_rows_by_place_are_named_unless_they_are_drawn():
    with pytest.raises(ComponentError, match="'films' another vector when the words come in another order"):
        check(lambda _policy, _word, place, _context: [place, 0])


def test_a_word_that_is_left_the_second_time_is_named():
    class Once(Policy):
        def fill(self, words, context):
            filled = super().fill(words, context)
            return Filled(filled.vectors, np.full(len(words), self.calls == 1))

    with pytest.raises(ComponentError, match="'films' another vector when it is asked again"):
        check_fill(Once(lambda *_: [0, 0]), "policy 'x'", "oov.0", WORDS, context)


def test_proposals_that_depend_on_the_words_before_are_named():
    class Echo:
        before = ""

        def candidates(self, word):
            spelling, self.before = self.before, word
            return [spelling]

    message = r"proposes \['greatly'\] for the word 'drab' and, when it is asked again, \['drab'\]"
    with pytest.raises(ComponentError, match=message):
        check_proposals(Echo(), "policy 'x'", "oov.0", WORDS)
    check_proposals(Policy(None), "policy 'x'", "oov.0", WORDS)
