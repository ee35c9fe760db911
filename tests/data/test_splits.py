from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from embedkit.data.examples import Examples
from embedkit.data.labels import Labelling, parts_of
from embedkit.data.splits import draw_share, read_evaluation, read_splits, split_off
from embedkit.errors import DataError
from embedkit.interfaces import Example
from embedkit.recipe.sections.data import Data, Share
from embedkit.recipe.sections.section import ComponentSpec

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
    return read_splits(data, lambda split: readers[f"data.{split}"], seed)


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
    examples = Examples.of(Reader(*labels).examples)
    take = max(1, round(share * len(examples)))
    drawn = draw_share(examples, take, stratify=True, seed=seed)
    assert len(drawn) == take
    counts, of_drawn = Counter(labels), Counter(labels[position] for position in drawn)
    assert all(abs(of_drawn[label] - take * n / len(labels)) <= 1 for label, n in counts.items())


@given(st.lists(st.sampled_from(["a", "b", "c", "a|b", "b|c", "d|a"]), min_size=2), st.data())
@pytest.mark.parametrize("separator", [None, "|"])
def test_training_keeps_every_label_there_is(separator, labels, data):
    drawn = data.draw(st.sets(st.integers(0, len(labels) - 1), min_size=1))
    examples = Examples.of(Reader(*labels).examples)
    try:
        rest, taken = split_off(examples, drawn, separator)
    except DataError:  # nothing can be taken
        reject()
    assert {p for e in rest for p in parts_of(e.label, separator)} == {
        p for label in labels for p in parts_of(label, separator)
    }
    assert [e.id for e in taken] == sorted(e.id for e in taken)
    assert sorted([*rest, *taken], key=lambda e: e.id) == [*examples]
    assert {e.id - 1 for e in taken} <= drawn


def test_what_training_would_not_lose_is_taken_as_it_was_drawn():
    examples = Examples.of(Reader(*"aabb").examples)
    rest, taken = split_off(examples, {1, 2}, None)
    assert ([e.id for e in rest], [e.id for e in taken]) == ([1, 4], [2, 3])


@pytest.mark.parametrize("stratify", [True, False])
def test_a_class_of_one_example_stays_in_training_whatever_is_drawn(stratify):
    labels = [*"ab" * 20, "x", "y", "z"]
    for seed in range(20):
        splits = read(Reader(*labels), seed, test=Share(share=0.3, stratify=stratify))
        assert {e.label for e in splits["train"]} == {*"abxyz"}
        assert {e.label for e in splits["test"]} == {*"ab"}


def test_no_share_can_be_taken_of_labels_with_one_example_each():
    with pytest.raises(DataError, match=r"^data\.train: no label has two examples"):
        read(Reader(*"abc"), test=Share(share=0.5))


@pytest.mark.parametrize("labels", [[f"text {i}" for i in range(30)], [*map(str, range(29)), "1"]])
def test_texts_in_place_of_labels_are_one_short_error(labels):
    for data in ({"test": Share(share=0.2)}, {}):
        with pytest.raises(
            DataError, match=r"data\.train: .* labels for 30 .*every label occurs once"
        ) as raised:
            read(Reader(*labels), **data)
        assert "swapped" in str(raised.value)
        assert len(str(raised.value)) < 200
    with pytest.raises(DataError, match=r"^data\.test: .* labels for 30 examples"):
        read_evaluation(Reader(*labels), Labelling(("a", "b")))


def test_an_empty_split_is_named():
    with pytest.raises(DataError, match=r"^data\.test: the split has no examples$"):
        read(Reader("a", "b"), test=Reader())
    with pytest.raises(DataError, match=r"^data\.train: the split has no examples$"):
        read(Reader(), test=Share(share=0.5))


def test_an_evaluation_needs_examples_with_the_models_labels():
    assert [e.label for e in read_evaluation(Reader("a", "a"), Labelling(("a", "b")))] == ["a", "a"]
    with pytest.raises(DataError, match="no examples"):
        read_evaluation(Reader(), Labelling(("a", "b")))
    with pytest.raises(DataError, match="unknown label 'c'"):
        read_evaluation(Reader("c"), Labelling(("a", "b")))


def test_an_empty_label_is_refused_in_every_split():
    with pytest.raises(DataError, match=r"^data\.train: the label of example 2 is empty\n.*label_separator"):
        read(Reader("a", "", "b"))
    with pytest.raises(DataError, match=r"^data\.test: the label of example 1 is empty"):
        read(Reader("a", "b"), test=Reader(""))
    with pytest.raises(DataError, match=r"^data\.test: the label of example 1 is empty"):
        read_evaluation(Reader(""), Labelling(("a", "b")))


def test_a_stratified_share_keeps_the_sets_of_labels_in_whatever_order_they_stand():
    labels = ["a|b", "b|a", "a", ""] * 10
    data = Data(train=ComponentSpec(use="any"), test=Share(share=0.2), label_separator="|")
    splits = read_splits(data, lambda _: Reader(*labels), seed=1)
    assert Counter(e.label for e in splits["test"]) == {"a|b": 4, "a": 2, "": 2}


def test_a_multilabel_model_is_evaluated_on_the_labels_it_knows():
    labelling = Labelling(("a", "b", "c"), "|")
    examples = read_evaluation(Reader("c|a", "", "b"), labelling)
    assert [e.label for e in examples] == ["a|c", "", "b"]
    with pytest.raises(DataError, match="unknown label 'd' .example 2. .allowed: a, b, c."):
        read_evaluation(Reader("a", "b|d"), labelling)
