from __future__ import annotations

import pytest

from embedkit.data.examples import Examples
from embedkit.data.known_labels import labelling_of
from embedkit.data.labels import Labelling, normalize_labels
from embedkit.errors import DataError
from embedkit.interfaces import Example

pytestmark = pytest.mark.core


class Reader:
    def __init__(self, *labels):
        self.examples = [Example(i, f"text {i}", label) for i, label in enumerate(labels, 1)]


def test_whole_numbers_sort_as_numbers_and_before_words():
    assert labelling_of({"train": Reader("10", "9", "-1", "b", "a").examples}).classes == (
        "-1",
        "9",
        "10",
        "a",
        "b",
    )


def test_the_order_of_classes_can_be_given():
    splits = {"train": Reader("pos", "neg").examples}
    assert labelling_of(splits, ("pos", "neg")).classes == ("pos", "neg")


@pytest.mark.parametrize(
    ("splits", "given_classes", "message"),
    [
        (
            {"train": Reader("pos", "pos")},
            None,
            "data.train: every example is labelled 'pos': nothing to learn",
        ),
        ({"train": Reader("pos", None)}, None, "data.train: example 2 has no label"),
        (
            {"train": Reader("pos", "neg"), "test": Reader("pos", "Negs", "neg")},
            None,
            "data.test: unknown label 'Negs' (example 2) - did you mean 'neg'? (allowed: neg, pos)",
        ),
        (
            {"train": Reader("pos", "neg"), "test": Reader(None)},
            None,
            "data.test: example 1 has no label (allowed: neg, pos)\n    A run's model predicts texts without "
            "labels: `embedkit predict RUN --input FILE --reader NAME`.",
        ),
        (
            {"train": Reader("pos", "neg"), "test": Reader("neutral")},
            ("neg", "neutral", "pos"),
            "data.test: label 'neutral' (example 1) does not occur in the training split (allowed: neg, pos)",
        ),
        (
            {"train": Reader("pos", "neg", "other")},
            ("neg", "pos"),
            "data.train: unknown label 'other' (example 3) (allowed: neg, pos)",
        ),
    ],
)
def test_labels_that_cannot_be_used_are_named(splits, given_classes, message):
    with pytest.raises(DataError) as caught:
        labelling_of({name: reader.examples for name, reader in splits.items()}, given_classes)
    assert str(caught.value) == message


def test_every_unknown_label_is_reported_at_once():
    splits = {
        "train": Reader("a", "b").examples,
        "validation": Reader("x").examples,
        "test": Reader("y").examples,
    }
    with pytest.raises(DataError) as caught:
        labelling_of(splits)
    assert [fault.where for fault in caught.value.faults] == ["data.validation", "data.test"]


def test_the_first_five_of_many_unknown_labels_are_named_and_ten_of_the_known():
    known = [f"known {i:03}" for i in range(500)]
    unknown = [f"other {i:03}" for i in range(500)]
    splits = {"train": Reader(*known).examples, "test": Reader(*unknown, *unknown).examples}
    with pytest.raises(DataError) as caught:
        labelling_of(splits)
    text = str(caught.value)
    assert "unknown label 'other 000' (example 1, and 1 more)" in text
    assert "known 009, … and 490 more)" in text
    assert text.endswith("data.test: 495 more labels of 990 examples are unknown")
    assert len(caught.value.faults) == 6
    assert len(text) < 2_000


def test_long_labels_are_shortened_in_errors():
    train = Reader(*(letter * 5_000 for letter in "ab")).examples
    with pytest.raises(DataError) as caught:
        labelling_of({"train": train, "test": Reader("c" * 5_000).examples})
    assert f"unknown label '{'c' * 59}…'" in str(caught.value)
    assert len(str(caught.value)) < 400


def test_numbers_too_long_for_python_are_labels_like_others():
    long = "1" * 5_000
    assert labelling_of({"train": Reader(long, "10", "x", "9").examples}).classes == ("9", "10", long, "x")


def test_more_probabilities_than_can_be_kept_are_refused_with_numbers():
    splits = {"train": Reader("a", "b").examples, "test": range(50_000_000)}
    with pytest.raises(DataError, match=r"50,000,002 texts and 2 classes are 100,000,004 probabilities\n"):
        labelling_of(splits)


def test_one_error_for_many_malformed_labels():
    labels = ["a", "b", *[""] * 1_000]
    with pytest.raises(DataError) as caught:
        normalize_labels(Examples.of(Reader(*labels).examples), None, "data.train")
    assert str(caught.value).startswith(
        "data.train: the labels of 1,000 examples are empty: 3, 4, 5, 6, 7, …\n"
    )
    assert len(caught.value.faults) == 1


def test_the_task_follows_from_classes_and_separator():
    assert Labelling(("a", "b")).task == "binary"
    assert Labelling(("a", "b", "c")).task == "multiclass"
    assert Labelling(("a", "b"), ";").task == Labelling(("a", "b", "c"), ";").task == "multilabel"


class TestSeveralLabels:
    def labels(self, *fields, separator="|"):
        return [
            e.label for e in normalize_labels(Examples.of(Reader(*fields).examples), separator, "data.train")
        ]

    def test_stand_in_one_order(self):
        assert self.labels("b|a", "a|b", "a", "", "10|9|a") == ["a|b", "a|b", "a", "", "9|10|a"]
        assert self.labels("b, a", None, separator=", ") == ["a, b", None]

    def test_have_no_white_space_around_them(self):
        assert self.labels("b, a", "a ,b", " b", separator=",") == ["a,b", "a,b", "b"]
        assert self.labels("b  a", separator="  ") == ["a  b"]

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ('["b", "a"]', "a,b"),
            ("['b', 'a']", "a,b"),
            ("('b', 'a',)", "a,b"),
            ("{'b', 'a'}", "a,b"),
            ("['b' 'a']", "a,b"),
            ("['b'\n 'a']", "a,b"),
            ("[2, 1, 10]", "1,2,10"),
            ("[True]", "True"),
            ("[]", ""),
            ('["it\'s", "caf\\u00e9"]', "café,it's"),
            ("[b, a]", "[b,a]"),
            ("[draft] a", "[draft] a"),
        ],
    )
    def test_may_be_written_as_lists(self, written, read):
        assert self.labels(written, separator=",") == [read]

    def test_in_lists_hold_no_separator(self):
        with pytest.raises(DataError, match="a label in the list of example 1 holds the separator: "):
            self.labels("['Smith, J.', 'b']", separator=",")

    def test_need_a_separator(self):
        with pytest.raises(DataError) as caught:
            normalize_labels(Examples.of(Reader("['a']", "b", "['a', 'b']").examples), None, "data.train")
        what, hint = str(caught.value).split("\n")
        assert what == "data.train: the labels of 2 examples are written as lists: 1, 3, the first '['a']'"
        assert "data.label_separator" in hint

    @pytest.mark.parametrize(
        ("field", "message"),
        [
            ("a||b", "data.train: one of the labels of example 1 is empty: 'a||b'"),
            ("|", "data.train: one of the labels of example 1 is empty: '|'"),
            ("a|", "data.train: one of the labels of example 1 is empty: 'a|'"),
            ("a|b|a", "data.train: example 1 has a label twice: 'a|b|a'"),
        ],
    )
    def test_that_are_malformed_are_named(self, field, message):
        with pytest.raises(DataError) as caught:
            self.labels(field)
        assert str(caught.value) == message

    def labelling(self, *fields, given=None, **others):
        splits = {"train": Reader(*fields), **others}
        return labelling_of({name: reader.examples for name, reader in splits.items()}, given, "|")

    def test_are_the_classes(self):
        assert self.labelling("c|a", "", "b", test=Reader("a|b|c", "")) == Labelling(("a", "b", "c"), "|")
        assert self.labelling("a|b", "a", given=("b", "a")).classes == ("b", "a")

    @pytest.mark.parametrize(
        ("fields", "others", "message"),
        [
            (("a|b", "a|b"), {}, "data.train: every example is labelled 'a|b': nothing to learn"),
            (("", ""), {}, "data.train: no example has a label: nothing to learn"),
            (("a", ""), {}, "data.train: there is one label, 'a', and several need two"),
            (("a", None), {}, "data.train: example 2 has no label"),
            (
                ("red|blue", "blue"),
                {"test": Reader("blue", "blue|rad")},
                "data.test: unknown label 'rad' (example 2) - did you mean 'red'? (allowed: blue, red)",
            ),
        ],
    )
    def test_that_cannot_be_used_are_named(self, fields, others, message):
        with pytest.raises(DataError) as caught:
            self.labelling(*fields, **others)
        assert str(caught.value).partition("\n")[0] == message
