"""Ids of combinations: readable, portable, bounded, and never those of other values."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedkit.files.names import portable
from embedkit.recipe.combinations.ids import LONGEST, canonical, combination_ids

pytestmark = pytest.mark.core

KEYS = ["embedding", "encoder.hidden_size", "training.lr", "encoder.dropout", "training.word_dropout", "seed"]


def id_of(**axes) -> str:
    (id,) = combination_ids([{key.replace("__", "."): value for key, value in axes.items()}], [*KEYS, "oov"])
    return id


@pytest.mark.parametrize(
    ("axes", "id"),
    [
        ({"embedding": "glove-6b-50d"}, "glove-6b-50d"),
        ({"embedding": {"use": "random", "dim": 50}}, "random-dim-50"),
        ({"embedding": {"use": "random", "trainable": "none", "dim": 50}}, "random-dim-50-trainable-none"),
        ({"oov": ["digits", "zero"]}, "oov-digits_zero"),
        ({"oov": []}, "oov-empty"),
        ({"training__lr": 0.001, "seed": 3}, "lr-0.001--seed-3"),
        ({"training__lr": 1e-5, "encoder__hidden_size": -2}, "hidden_size-minus2--lr-1e-05"),
        ({"encoder__hidden_size": None}, "hidden_size-null"),
        ({"encoder__hidden_size": True}, "hidden_size-true"),
        ({"embedding": {"use": "vectors", "path": "a/glove.bin"}}, "vectors-glove.bin-70f57dc5"),
    ],
)
def test_an_id_reads_like_its_axes(axes, id):
    assert id_of(**axes) == id


def test_a_key_of_any_characters_is_followed_by_one_digest():
    key = "training.class_weights.My Label"
    (id,) = combination_ids([{key: 1.0}], [key])
    assert id == "My-Label-1.0-4e5b8e95"


def test_a_key_whose_end_another_one_has_is_whole():
    keys = ["encoder.dropout", "training.dropout", "training.lr", "oov.0"]
    (id,) = combination_ids([dict.fromkeys(keys, 1)], keys)
    assert id == "encoder.dropout-1--oov.0-1--training.dropout-1--lr-1"


ALIKE = [
    [1, 1.0, "1", True, "true", "1.0"],
    [None, "null", "Null", "", "text"],
    [-1, "minus1", "-1", "minus-1"],
    ["Regex", "regex", "REGEX", "regex ", "re gex", "re-gex", "re--gex", "-regex", "régex", "re\u0301gex"],
    ["/a/v.bin", "/b/v.bin", "v.bin", "C:\\v.bin", "package:a/v.bin"],
    [[], {}, "empty", [[]], [{}]],
    [["a", "b"], "a_b", ["a_b"]],
    [
        {"use": "a", "b": "c"},
        "a-b-c",
        {"use": "a-b-c"},
        {"use": "a", "b": "c", "d": "e"},
        {"use": "a", "b": "c-d-e"},
    ],
    ["x" * 60, "x" * 61, "x" * 60 + "é"],
    ["con", "nul", "run-con", "nul.x", "aux"],
    [1e20, "1e20", 10**20],
]


@pytest.mark.parametrize("values", ALIKE, ids=lambda values: repr(values[0])[:9])
@pytest.mark.parametrize("key", ["embedding", "training.lr"])
def test_values_that_print_alike_have_ids_of_their_own_whatever_else_is_in_the_list(values, key):
    alone = [combination_ids([{key: value}], KEYS)[0] for value in values]
    together = combination_ids([{key: value} for value in values], KEYS)
    assert len({id.casefold() for id in together}) == len(values)
    if len({id.casefold() for id in alone}) == len(values):
        assert together == alone


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=90),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(string.ascii_letters + "_", min_size=1), inner)
    ),
    max_leaves=5,
)
AXES = st.dictionaries(st.sampled_from(KEYS), PLAIN, min_size=1)


@given(st.lists(AXES, min_size=1, max_size=5, unique_by=canonical))
def test_ids_are_portable_short_and_distinct(combinations):
    ids = combination_ids(combinations, KEYS)
    for id in ids:
        assert portable(id) == id
        assert len(id.encode()) <= LONGEST
    assert len({id.casefold() for id in ids}) == len(combinations)
    assert combination_ids([*reversed(combinations)], KEYS) == [*reversed(ids)]
    assert combination_ids(json.loads(json.dumps(combinations)), KEYS) == ids


SIMPLE = st.one_of(
    st.integers(),
    st.floats(allow_nan=False),
    st.text("ab-_.", max_size=5),
    st.lists(st.text("ab-_", max_size=3), max_size=3),
    st.fixed_dictionaries(
        {"use": st.sampled_from(["a", "b"])}, optional={"a": st.text("a-1"), "b": st.integers()}
    ),
)


@given(SIMPLE, st.lists(SIMPLE, min_size=1, max_size=5))
def test_an_id_stays_when_values_are_added(value, others):
    before = combination_ids([{"training.lr": value}], KEYS)[0]
    more = [each for each in others if canonical(each) != canonical(value)]
    after = combination_ids([{"training.lr": each} for each in (*more, value)], KEYS)
    assert after[-1] == before or after[-1].startswith(before)
