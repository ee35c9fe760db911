from __future__ import annotations

import pytest

from embedkit.data.examples import Examples
from embedkit.data.labels import Labelling, labelling_of, settle_labels
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
            "data.test: example 1 has no label (allowed: neg, pos)",
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


def test_the_task_follows_from_classes_and_separator():
    assert Labelling(("a", "b")).task == "binary"
    assert Labelling(("a", "b", "c")).task == "multiclass"
    assert Labelling(("a", "b"), ";").task == Labelling(("a", "b", "c"), ";").task == "multilabel"


class TestSeveralLabels:
    def labels(self, *fields, separator="|"):
        return [
            e.label for e in settle_labels(Examples.of(Reader(*fields).examples), separator, "data.train")
        ]

    def test_stand_in_one_order(self):
        assert self.labels("b|a", "a|b", "a", "", "10|9|a") == ["a|b", "a|b", "a", "", "9|10|a"]
        assert self.labels("b, a", None, separator=", ") == ["a, b", None]

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
