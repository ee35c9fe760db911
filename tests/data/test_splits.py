from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedkit.data.examples import Examples
from embedkit.data.labels import Labelling
from embedkit.data.splits import read_evaluation, read_splits, split_off
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
    rest, drawn = split_off(Examples.of(examples), take, stratify=True, seed=seed)
    assert len(drawn) == take
    assert sorted([*rest, *drawn], key=lambda e: e.id) == examples
    counts, of_drawn = Counter(labels), Counter(e.label for e in drawn)
    assert all(abs(of_drawn[label] - take * n / len(labels)) <= 1 for label, n in counts.items())


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
    splits = read_splits(data, lambda _, where: Reader(*labels), seed=1)
    assert Counter(e.label for e in splits["test"]) == {"a|b": 4, "a": 2, "": 2}


def test_a_multilabel_model_is_evaluated_on_the_labels_it_knows():
    labelling = Labelling(("a", "b", "c"), "|")
    examples = read_evaluation(Reader("c|a", "", "b"), labelling)
    assert [e.label for e in examples] == ["a|c", "", "b"]
    with pytest.raises(DataError, match="unknown label 'd' .example 2. .allowed: a, b, c."):
        read_evaluation(Reader("a", "b|d"), labelling)
