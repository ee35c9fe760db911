from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedkit.data.splits import classes_of, read_evaluation, read_splits, split_off
from embedkit.errors import DataError
from embedkit.interfaces import Example
from embedkit.recipe.schema import ComponentSpec, Data, Share

pytestmark = pytest.mark.core


class Reader:
    def __init__(self, *labels):
        self.examples = [Example(i, f"text {i}", label) for i, label in enumerate(labels, 1)]

    def read(self):
        return iter(self.examples)


def read(train, seed=0, **splits):
    readers = {"data.train": train}
    specs = {}
    for name, given_split in splits.items():
        if isinstance(given_split, Reader):
            readers[f"data.{name}"] = given_split
            given_split = ComponentSpec(use="any")
        specs[name] = given_split
    data = Data(train=ComponentSpec(use="any"), **specs)
    return read_splits(data, lambda _, where: readers[where], seed)


def test_shares_are_parts_of_the_whole_source_and_disjoint():
    train = Reader(*"ab" * 50)
    splits = read(train, validation=Share(share=0.1), test=Share(share=0.2))
    assert {name: len(examples) for name, examples in splits.items()} == {
        "train": 70,
        "validation": 10,
        "test": 20,
    }
    everyone = [example for examples in splits.values() for example in examples]
    assert sorted(everyone, key=lambda e: e.id) == train.examples


def test_the_same_seed_draws_the_same_share_and_another_another():
    drawn = [
        [e.id for e in read(Reader(*"ab" * 50), seed, test=Share(share=0.2))["test"]] for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0] == sorted(drawn[0])


@given(st.lists(st.sampled_from("abc"), min_size=2), st.floats(0.05, 0.95), st.integers(0, 5))
def test_a_stratified_share_keeps_the_proportions_to_within_one_example(labels, share, seed):
    examples = Reader(*labels).examples
    take = max(1, round(share * len(examples)))
    rest, drawn = split_off(examples, take, stratify=True, seed=seed)
    assert len(drawn) == take
    assert sorted([*rest, *drawn], key=lambda e: e.id) == examples
    counts, of_drawn = Counter(labels), Counter(e.label for e in drawn)
    assert all(abs(of_drawn[label] - take * n / len(labels)) <= 1 for label, n in counts.items())


def test_an_empty_split_is_named():
    with pytest.raises(DataError, match=r"^data\.test: the split has no examples$"):
        read(Reader("a", "b"), test=Reader())
    with pytest.raises(DataError, match=r"^data\.train: the split has no examples$"):
        read(Reader(), test=Share(share=0.5))


def test_whole_numbers_sort_as_numbers_and_before_words():
    assert classes_of({"train": Reader("10", "9", "-1", "b", "a").examples}) == ("-1", "9", "10", "a", "b")


def test_the_order_of_classes_can_be_given():
    assert classes_of({"train": Reader("pos", "neg").examples}, ("pos", "neg")) == ("pos", "neg")


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
        classes_of({name: reader.examples for name, reader in splits.items()}, given_classes)
    assert str(caught.value) == message


def test_every_unknown_label_is_reported_at_once():
    splits = {
        "train": Reader("a", "b").examples,
        "validation": Reader("x").examples,
        "test": Reader("y").examples,
    }
    with pytest.raises(DataError) as caught:
        classes_of(splits)
    assert [fault.where for fault in caught.value.faults] == ["data.validation", "data.test"]


def test_an_evaluation_needs_examples_with_the_models_labels():
    assert [e.label for e in read_evaluation(Reader("a", "a"), ("a", "b"))] == ["a", "a"]
    with pytest.raises(DataError, match="no examples"):
        read_evaluation(Reader(), ("a", "b"))
    with pytest.raises(DataError, match="unknown label 'c'"):
        read_evaluation(Reader("c"), ("a", "b"))
