"""Labels that are probably one class, or none."""

from __future__ import annotations

import pytest

from embedkit.data.alike_labels import check_labels, count_labels, describe_counts, is_missing, likeness
from embedkit.data.examples import Examples
from embedkit.interfaces import Example

pytestmark = pytest.mark.core


def examples(*labels):
    return Examples.of(Example(i, f"text {i}", label) for i, label in enumerate(labels, 1))


def said(*labels, separator=None, **others):
    splits = {"train": examples(*labels), **{name: examples(*those) for name, those in others.items()}}
    return [str(fault) for fault in check_labels(splits, separator)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pos", "pos "),
        ("pos", "\tpos\xa0"),
        ("pos", "Pos"),
        ("straße", "STRASSE"),
        ("1", "1.0"),
        ("1", "01"),
        ("1000", "1e3"),
        ("True", "true"),
        ("true", "1"),
        ("pos", '"pos"'),
        ("it's", "it's\u200b"),
        ("\ufeffpos", "pos"),
        ("two words", "two  words"),
        ("ｐｏｓ", "pos"),
        ("nan", "NaN"),
    ],
)
def test_labels_that_look_alike(one, other):
    (alike, *_) = said(one, one, other, other, "another", "another")
    assert alike.startswith("data.train: labels look alike: ")
    assert "(2) and " in alike
    assert "label_map" in alike


@pytest.mark.parametrize(
    ("one", "other"), [("1", "2"), ("a b", "ab"), ("sci-fi", "sci fi"), ("1", "1x"), ("a" * 5000, "A" * 5000)]
)
def test_labels_that_do_not(one, other):
    assert likeness(one) != likeness(other)
    assert [fault for fault in said(one, one, other, other) if "alike" in fault] == []


def test_labels_as_long_as_texts():
    (long,) = said("a" * 5_000, "b", "a" * 5_000, "b")
    assert "1 labels have more than 200 characters, the longest 5,000: 'aaa" in long
    assert "swapped" in long
    assert len(long) < 300


def test_labels_are_alike_across_splits_and_among_several():
    (alike,) = said("pos", "pos", "neg", "neg", test=["Pos"])
    assert "'Pos' (1) and 'pos' (2)" in alike
    (alike,) = said("a|b", "a|B", "a|b", "a|B", separator="|")
    assert "'B' (2) and 'b' (2)" in alike


def test_white_space_is_seen_and_the_map_is_whole():
    (alike,) = said("pos", "pos ", "pos", "neg", "pos ", "pos", "neg")
    assert alike == (
        "data.train: labels look alike: 'pos' (3) and 'pos␠' (2)\n    Where they are one class, write "
        '`label_map: {"neg": "neg", "pos": "pos", "pos ": "pos"}`; `strip: true` drops white space.'
    )


@pytest.mark.parametrize(
    "label", ["nan", "NaN", "None", "NULL", "NA", "N/A", "<NA>", "#N/A", " ", "?", "NaT"]
)
def test_labels_that_spell_a_missing_value(label):
    assert is_missing(label)
    (missing,) = said("pos", "pos", label, label)
    assert missing.startswith("data.train: labels spell a missing value: '")


@pytest.mark.parametrize("label", ["none", "nano", "NAACP", "0", "missing link"])
def test_labels_that_do_not_spell_one(label):
    assert not is_missing(label)


def test_classes_of_one_example_are_named_where_something_is_evaluated():
    assert said("a", "a", "b") == []
    (lone,) = said("a", "a", "b", test=["a"])
    assert lone.startswith("data.train: 1 class has one example, in the training split: b\n")
    (lone,) = said("a", *map(chr, range(98, 118)), "a", test=["a"])
    assert lone.startswith(
        "data.train: 20 classes have one example each, in the training split: b, c, d, e, f, …"
    )
    assert said("a", "a", "b", test=["b"]) == []


def test_classes_are_counted_in_order():
    counts = count_labels([examples("pos ", "10", "9", "9"), examples("9", None)], None)
    assert describe_counts(counts) == "3 classes: 9 3, 10 1, pos␠ 1"
    many = count_labels([examples(*map(str, range(500)))], None)
    assert (
        describe_counts(many) == "500 classes: " + ", ".join(f"{i} 1" for i in range(10)) + ", … and 490 more"
    )
