"""Texts as they come from Python."""

from __future__ import annotations

import pytest

from embedkit.inference.predictor import texts_of

pandas, numpy = pytest.importorskip("pandas"), pytest.importorskip("numpy")


@pytest.mark.parametrize(
    "texts",
    [
        ["a", "b"],
        ("a", "b"),
        (each for each in "ab"),
        {"a": 1, "b": 2}.keys(),
        numpy.array(["a", "b"]),
        numpy.array(["a", "b"], object),
        pandas.Series(["a", "b"], index=[7, 3]),
        pandas.Series(["a", "b"], dtype="string"),
        pandas.Series(["a", "b"], dtype="category"),
        pandas.Index(["a", "b"]),
    ],
)
def test_any_iterable_of_strings(texts):
    found = texts_of(texts)
    assert found == ["a", "b"]
    assert {*map(type, found)} == {str}


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["a", None], r"texts\[1\] is None, not a text"),
        (pandas.Series(["a", None, "b"]), r"texts\[1\] is (None|nan), not a text"),
        (pandas.Series(["a", None], dtype="string"), r"texts\[1\] is <NA>, not a text"),
        ([1], r"texts\[0\] is 1, not a text"),
        ([b"a"], r"texts\[0\] is b'a', not a text"),
        ([["a", "b"]], r"texts\[0\] is \['a', 'b'\], not a text"),
        (numpy.array([["a"], ["b"]]), r"texts\[0\] is array\(.*, not a text"),
        (numpy.array("a"), "iteration over a 0-d array"),
        ("one string", "takes a sequence of texts, not one string"),
        (b"bytes", "takes a sequence of texts, not one string"),
        (None, "takes a sequence of texts, not a NoneType"),
        (5, "takes a sequence of texts, not a int"),
        ({"text": ["a"]}, "not a dict; of a table name the column"),
        (pandas.DataFrame({"text": ["a"]}), "not a DataFrame; of a table name the column"),
    ],
)
def test_what_is_no_text_is_named(texts, message):
    with pytest.raises(TypeError, match=message):
        texts_of(texts)
