"""The chain: in which order spellings are tried and rows filled, and what each policy's draws depend on."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.errors import ComponentError
from embedkit.interfaces import Filled, SubwordSource
from embedkit.model.known_words import KnownWords
from embedkit.model.oov import FoundWords, OovChain
from embedkit.plugin.registry import build_registry


class Source:
    dim = 3
    unk = None


class Draws:
    """Draws rows for the words of the given length, and one number more than it needs."""

    total = False

    def __init__(self, length=None):
        self.length = length

    def candidates(self, word):
        return ()

    def fill(self, words, context):
        context.rng.random()
        rows = context.rng.random((len(words), 3), dtype=np.float32)
        return Filled(rows, np.array([self.length in (None, len(word)) for word in words], dtype=bool))


class Proposes(Draws):
    def __init__(self, *proposals):
        self.proposals = proposals

    def candidates(self, word):
        return self.proposals


FOUND = np.eye(3, dtype=np.float32)


def registered(*names):
    registry = build_registry()
    return OovChain([(name, registry.get("oov", name).factory()) for name in names])


def test_spellings_are_the_word_then_each_policys_in_order_without_repeats():
    chain = OovChain([("one", Proposes("b", "word", "a")), ("two", Proposes("a", "c"))])
    assert chain.spellings("word") == ("word", "b", "a", "c")


def test_spellings_do_not_compose():
    assert registered("case", "digits", "accents", "zero").spellings("É10") == (
        "É10",
        "é10",
        "É##",
        "E10",
    )


@pytest.mark.parametrize(
    ("proposed", "came"),
    [
        (None, "NoneType None"),
        ("lower", "str 'lower'"),
        (["lower", 3], "int 3"),
        ([None], "NoneType None"),
        ({"a", "b"}, "set "),
    ],
)
def test_proposals_that_are_no_strings_are_named(proposed, came):
    class Strange(Draws):
        def candidates(self, word):
            return proposed

    with pytest.raises(ComponentError) as caught:
        OovChain([("strange", Strange())]).spellings("Word")
    message = str(caught.value)
    assert message.startswith("test_oov_chain.")
    assert f"Strange.candidates: expected a sequence of strings, got {came}" in message
    assert message.endswith(" for the word 'Word'")


def test_the_first_policy_that_has_a_row_wins():
    chain = OovChain([("two", Draws(2)), ("three", Draws(3)), ("rest", Draws())])
    rows, names, *_ = chain.fill(["aaa", "bb", "c", "dd"], Source(), FoundWords((), FOUND), 0)
    assert names == ["three", "two", "rest", "two"]
    assert len(np.unique(rows, axis=0)) == 4


def test_a_chain_follows_from_its_seed():
    chain = OovChain([("two", Draws(2)), ("rest", Draws())])
    words = ["aaa", "bb", "c"]
    first, again, other = (chain.fill(words, Source(), FoundWords((), FOUND), seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not (first == other).any()


def test_a_policys_draws_do_not_depend_on_the_others():
    alone = OovChain([("rest", Draws())]).fill(["aaa"], Source(), FoundWords((), FOUND), 1)[0]
    after = OovChain([("two", Draws(2)), ("rest", Draws())]).fill(
        ["aaa"], Source(), FoundWords((), FOUND), 1
    )[0]
    np.testing.assert_array_equal(alone, after)


def test_a_policy_that_stands_twice_draws_twice():
    chain = OovChain([("same", Draws(2)), ("same", Draws())])
    rows, *_ = chain.fill(["aa", "b"], Source(), FoundWords((), FOUND), 1)
    assert not (rows[0] == rows[1]).any()


def test_no_words_are_nobodys_business():
    class Untouched(Draws):
        def fill(self, words, context):
            raise AssertionError

    rows, names, *_ = OovChain([("untouched", Untouched())]).fill([], Source(), FoundWords((), FOUND), 0)
    assert rows.shape == (0, 3)
    assert names == []


@pytest.mark.parametrize("last", ["normal", "uniform", "hash", "mean"])
def test_a_words_row_does_not_depend_on_spellings_and_words_around_it(last):
    short = registered(last).fill(["qwzx"], Source(), FoundWords((), FOUND), 4)[0]
    long = registered("googlenews", "subword", last).fill(
        ["<UNK>", "a", "qwzx"], Source(), FoundWords((), FOUND), 4
    )
    np.testing.assert_array_equal(short[0], long[0][2])
    assert long[1] == [last] * 3


def test_a_policy_that_needs_subwords_warns_where_there_are_none(caplog):
    chain = registered("case", "subword", "zero")
    chain.warn_of_idle(Source())
    assert caplog.messages == [
        "oov.1: 'subword' leaves every word: the embedding has no vectors of parts of words\n"
        "    fasttext with a .bin file and fasttext-train have them."
    ]
    caplog.clear()
    chain.warn_of_idle(with_subwords := WithSubwords())
    registered("case", "zero").warn_of_idle(Source())
    assert not caplog.messages
    assert isinstance(with_subwords, SubwordSource)


class WithSubwords(Source):
    def lookup(self, words): ...

    def subword(self, words): ...


class Named(Draws):
    """Gives every word the vector of `spelling`, or another one, and names it."""

    def __init__(self, spelling, vector):
        super().__init__()
        self.spelling, self.vector = spelling, vector

    def fill(self, words, context):
        vectors = np.tile(np.asarray(self.vector, np.float32), (len(words), 1))
        return Filled(vectors, np.ones(len(words), np.bool_), [self.spelling] * len(words))


KNOWN = KnownWords(["film", "great"], np.array([[1, 2, 3], [4, 5, 6]], np.float32))


def name(spelling, vector):
    found = FoundWords(["Film"], np.array([[7, 8, 9]], np.float32))
    return OovChain([("named", Named(spelling, vector))]).fill(["flim"], KNOWN, found, 0)


@pytest.mark.parametrize(("spelling", "vector"), [("Film", [7, 8, 9]), ("great", [4, 5, 6])])
def test_a_policy_may_name_a_word_of_the_vocabulary_or_of_the_source(spelling, vector):
    assert name(spelling, vector).spellings == [spelling]


def test_a_spelling_that_nothing_knows_is_refused():
    with pytest.raises(ComponentError, match="expected words that the source has, got 'grand'"):
        name("grand", [4, 5, 6])


@pytest.mark.parametrize("spelling", ["Film", "great"])
def test_the_vector_of_another_word_than_the_named_one_is_refused(spelling):
    with pytest.raises(ComponentError, match=rf"the vector of the spelling '{spelling}', got another one"):
        name(spelling, [1, 2, 3])
