from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from embedkit.errors import ComponentError
from embedkit.interfaces import EmbeddingContext, Filled, Lookup
from embedkit.model.oov import OovChain
from embedkit.model.table import build_table
from embedkit.text.vocabulary import Vocabulary


class Source:
    """Knows the words it is given; counts how often it is asked."""

    dim = 3

    def __init__(self, known, unk=None):
        self.known = known
        self.unk = unk
        self.asked = []

    def lookup(self, words):
        self.asked.append(list(words))
        found = np.array([word in self.known for word in words], dtype=bool)
        rows = np.array(
            [list(self.known).index(word) if word in self.known else -1 for word in words], dtype=np.int64
        )
        vectors = np.array([self.known.get(word, [0, 0, 0]) for word in words], dtype=np.float32).reshape(
            -1, 3
        )
        return Lookup(vectors, found, rows)


class Lower:
    total = False

    def candidates(self, word):
        return [word.lower()]

    def fill(self, words, context):
        return Filled(np.zeros((len(words), 3), np.float32), np.zeros(len(words), bool))


class Mean:
    """Fills the words it is told to with the mean of the found rows."""

    total = False

    def __init__(self, only):
        self.only = only

    def candidates(self, word):
        return []

    def fill(self, words, context):
        filled = np.array([word in self.only for word in words])
        return Filled(np.tile(context.found.mean(0), (len(words), 1)).astype(np.float32), filled)


class Ones:
    total = True

    def candidates(self, word):
        return [word.title()]

    def fill(self, words, context):
        return Filled(np.ones((len(words), 3), np.float32), np.ones(len(words), bool))


VOCABULARY = Vocabulary.of(Counter(["cat", "DOG", "emu", "fox", "gnu"]))
KNOWN = {"cat": [1, 1, 1], "dog": [3, 3, 3], "Gnu": [5, 5, 5]}


def test_each_row_knows_where_it_came_from():
    source = Source(KNOWN)
    chain = OovChain([("lower", Lower()), ("mean", Mean({"emu"})), ("ones", Ones())])
    table = build_table(VOCABULARY, source, chain, EmbeddingContext(0))
    assert table.rows.origin == ["pad", "unk", "found", "recovered", "filled", "filled", "recovered"]
    assert table.rows.via == ["", "ones", "", "dog", "mean", "ones", "Gnu"]
    np.testing.assert_array_equal(table.vectors[:, 0], np.array([0, 1, 1, 3, 3, 1, 5], dtype=np.float32))
    assert table.rows.by_origin() == {"pad": 1, "unk": 1, "found": 1, "recovered": 2, "filled": 2}


def test_all_spellings_are_asked_for_at_once_and_none_twice():
    source = Source(KNOWN)
    build_table(VOCABULARY, source, OovChain([("lower", Lower()), ("ones", Ones())]), EmbeddingContext(0))
    assert source.asked == [["cat", "DOG", "emu", "fox", "gnu", "dog", "Cat", "Dog", "Emu", "Fox", "Gnu"]]


def test_the_exact_spelling_wins_over_every_other():
    table = build_table(
        Vocabulary.of(Counter(["DOG"])),
        Source({"DOG": [7, 7, 7], "dog": [3, 3, 3]}),
        OovChain([("lower", Lower()), ("ones", Ones())]),
        EmbeddingContext(0),
    )
    assert table.vectors[2, 0] == 7
    assert table.rows.origin[2] == "found"


def test_a_sources_own_unknown_vector_is_row_one():
    table = build_table(
        VOCABULARY,
        Source(KNOWN, unk=np.array([9, 9, 9], np.float32)),
        OovChain([("ones", Ones())]),
        EmbeddingContext(0),
    )
    np.testing.assert_array_equal(table.vectors[1], [9, 9, 9])


@pytest.mark.parametrize(
    ("which", "rows"),
    [("all", [0, 1, 1, 1, 1]), ("none", [0, 0, 0, 0, 0]), ("missing", [0, 1, 0, 0, 1])],
)
def test_trainable_rows(which, rows):
    table = build_table(
        Vocabulary.of(Counter(["cat", "DOG", "emu"])),
        Source(KNOWN),
        OovChain([("lower", Lower()), ("ones", Ones())]),
        EmbeddingContext(0),
    )
    assert table.rows.origin == ["pad", "unk", "found", "recovered", "filled"]
    assert table.trainable_rows(which).tolist() == [bool(row) for row in rows]


def test_a_chain_that_leaves_words_without_a_row_is_named():
    with pytest.raises(
        ComponentError, match=r"Lower\.ends the chain but left 6 words without a row, '<UNK>' first"
    ):
        build_table(VOCABULARY, Source({}), OovChain([("lower", Lower())]), EmbeddingContext(0))


class Wrong(Source):
    def __init__(self, **changes):
        super().__init__(KNOWN)
        self.changes = changes

    def lookup(self, words):
        lookup = super().lookup(words)
        fields = {name: getattr(lookup, name) for name in ("vectors", "found", "rows")}
        return Lookup(**{**fields, **{name: change(fields[name]) for name, change in self.changes.items()}})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"vectors": lambda v: v.astype(np.float64)},
            "lookup().vectors: expected an array of float32 and shape [5, 3], "
            "got ndarray of float64 and shape [5, 3]",
        ),
        (
            {"vectors": lambda v: v[1:]},
            "lookup().vectors: expected an array of float32 and shape [5, 3], "
            "got ndarray of float32 and shape [4, 3]",
        ),
        (
            {"found": lambda f: f.astype(np.int64)},
            "lookup().found: expected an array of bool and shape [5], got ndarray of int64 and shape [5]",
        ),
        (
            {"rows": lambda r: None},
            "lookup().rows: expected an array of int64 and shape [5], got NoneType None",
        ),
        (
            {"vectors": lambda v: np.where(v == 1, np.nan, v).astype(np.float32)},
            "lookup().vectors: expected finite numbers, got NaN or infinity in row 0",
        ),
    ],
)
def test_a_source_that_breaks_its_promise_is_named(changes, message):
    class Keep(Ones):
        def candidates(self, word):
            return []

    with pytest.raises(ComponentError) as caught:
        build_table(VOCABULARY, Wrong(**changes), OovChain([("keep", Keep())]), EmbeddingContext(0))
    assert str(caught.value) == f"test_table.Wrong.{message}"


def test_a_policy_that_breaks_its_promise_is_named():
    class Short(Ones):
        def fill(self, words, context):
            return Filled(np.ones((len(words), 2), np.float32), np.ones(len(words), bool))

    with pytest.raises(
        ComponentError, match=r"Short.fill\(\).vectors: expected an array of float32 and shape \[3, 3\]"
    ):
        build_table(
            VOCABULARY, Source(KNOWN), OovChain([("lower", Lower()), ("short", Short())]), EmbeddingContext(0)
        )


def test_a_policy_that_proposes_the_word_itself_changes_nothing():
    class Same(Lower):
        def candidates(self, word):
            return [word, word]

    source = Source(KNOWN)
    table = build_table(
        VOCABULARY, source, OovChain([("same", Same()), ("ones", Ones())]), EmbeddingContext(0)
    )
    assert table.rows.origin[2] == "found"
    assert table.rows.via[2] == ""
    assert source.asked == [["cat", "DOG", "emu", "fox", "gnu", "Cat", "Dog", "Emu", "Fox", "Gnu"]]


def test_two_words_may_share_a_spelling_that_is_a_word_itself():
    table = build_table(
        Vocabulary.of(Counter(["Dog", "dog", "DOG"])),
        Source(KNOWN),
        OovChain([("lower", Lower()), ("ones", Ones())]),
        EmbeddingContext(0),
    )
    assert table.rows.origin[2:] == ["recovered", "found", "recovered"]
    assert table.rows.via[2:] == ["dog", "", "dog"]
    assert table.vectors[2:, 0].tolist() == [3, 3, 3]


def test_policies_measure_found_and_recovered_rows():
    chain = OovChain([("lower", Lower()), ("mean", Mean({"emu"})), ("ones", Ones())])
    table = build_table(
        Vocabulary.of(Counter(["cat", "DOG", "emu"])), Source(KNOWN), chain, EmbeddingContext(0)
    )
    assert table.vectors[4].tolist() == [2, 2, 2]


def test_nothing_found_leaves_every_row_to_the_chain():
    table = build_table(
        Vocabulary.of(Counter(["emu", "fox"])), Source({}), OovChain([("ones", Ones())]), EmbeddingContext(0)
    )
    assert table.vectors.tolist() == [[0, 0, 0], [1, 1, 1], [1, 1, 1], [1, 1, 1]]
    assert table.rows.via == ["", "ones", "ones", "ones"]


@pytest.mark.parametrize(
    ("unk", "message"),
    [
        (
            np.ones(2, np.float32),
            "expected an array of float32 and shape [3], got ndarray of float32 and shape [2]",
        ),
        (np.ones(3), "expected an array of float32 and shape [3], got ndarray of float64 and shape [3]"),
        (np.float32(1), "expected an array of float32 and shape [3], got float32 of float32 and shape []"),
        (np.array([1, np.inf, 1], np.float32), "expected finite numbers, got NaN or infinity in row 0"),
    ],
)
def test_a_vector_of_unknown_words_that_breaks_its_promise_is_named(unk, message):
    with pytest.raises(ComponentError) as caught:
        build_table(VOCABULARY, Source(KNOWN, unk=unk), OovChain([("ones", Ones())]), EmbeddingContext(0))
    assert str(caught.value) == f"test_table.Source.unk: {message}"


class Nearest(Lower):
    """Takes the found word that differs in fewest letters, where the training texts have it."""

    def candidates(self, word):
        return ()

    def fill(self, words, context):
        common = {token for tokens in context.training_tokens() for token in tokens}
        known = [row for row, word in enumerate(context.words) if word in common]
        near = [min(known, key=lambda row: self.distance(word, context.words[row])) for word in words]
        filled = np.array([word != "fox" for word in words])
        spellings = [context.words[row] if yes else None for row, yes in zip(near, filled, strict=True)]
        return Filled(context.found[near], filled, spellings)

    def distance(self, word, other):
        return len({*word} ^ {*other})


def test_a_policy_may_find_another_spelling_among_the_found_words():
    vocabulary = Vocabulary.of(Counter(["cat", "rat", "dog", "catt", "fox"]))
    source = Source({"cat": [1, 1, 1], "rat": [2, 2, 2], "dog": [3, 3, 3]})
    chain = OovChain([("nearest", Nearest()), ("ones", Ones())])
    context = EmbeddingContext(0, training_tokens=lambda: [["cat", "dog"], ["catt"]])
    table = build_table(vocabulary, source, chain, context, ["rats", "fox"])
    assert table.rows.origin == ["pad", "unk", "found", "found", "found", "recovered", "filled"]
    assert table.rows.via == ["", "nearest", "", "", "", "cat", "ones"]
    assert table.vectors[5].tolist() == [1, 1, 1]
    assert (table.unseen.words, table.unseen.origin, table.unseen.via) == (["rats"], ["recovered"], ["cat"])
    assert table.unseen.missing == ["fox"]


@pytest.mark.parametrize(
    ("spellings", "message"),
    [
        ("cat", "expected a list of 1, or of none, got str 'cat'"),
        (["cat", "dog"], "expected a list of 1, or of none, got list ['cat', 'dog']"),
        ([3], "expected a text, or None, for each word, got int 3"),
    ],
)
def test_spellings_that_break_their_promise_are_named(spellings, message):
    class Wrong(Ones):
        def fill(self, words, context):
            return Filled(np.ones((len(words), 3), np.float32), np.ones(len(words), bool), spellings)

    with pytest.raises(ComponentError) as caught:
        build_table(Vocabulary.of(Counter()), Source({}), OovChain([("wrong", Wrong())]), EmbeddingContext(0))
    assert f"fill().spellings: {message}" in str(caught.value)
