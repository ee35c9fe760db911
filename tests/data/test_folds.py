"""Which examples are held out: by a file of folds, and by a seed."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedkit.data.examples import Examples
from embedkit.data.folds import draw_folds, hold_out, read_folds
from embedkit.data.splits import read_splits
from embedkit.errors import DataError
from embedkit.interfaces import Example
from embedkit.recipe.sections.data import Data, Folds, Share
from embedkit.recipe.sections.section import ComponentSpec

pytestmark = pytest.mark.core


def examples(*labels):
    return [Example(i, f"text {i}", label) for i, label in enumerate(labels, 1)]


@given(st.lists(st.sampled_from("abc"), min_size=4), st.integers(2, 4), st.integers(0, 3))
def test_drawn_folds_are_even_and_so_is_each_label_in_them(labels, count, seed):
    fold_of = draw_folds(labels, count, seed)
    for label in (*set(labels), None):
        sizes = Counter(f for f, of in zip(fold_of, labels, strict=True) if label in (of, None))
        assert max(sizes.values()) - min(sizes[fold] for fold in range(count)) <= 1
    assert draw_folds(labels, count, seed) == fold_of


def test_another_seed_draws_other_folds():
    many = "ab" * 50
    assert draw_folds(many, 10, 0) != draw_folds(many, 10, 1)


def test_more_folds_than_examples_cannot_be_drawn():
    with pytest.raises(DataError, match=r"data.folds.count: 2 examples cannot be put into 3 folds"):
        draw_folds(["a", "b"], 3, 0)


def test_every_example_is_held_out_once_in_source_order():
    many = examples(*"ab" * 10)
    parts = [hold_out(Examples.of(many), Folds(count=4, only=fold)) for fold in range(4)]
    assert sorted(e.id for _, held in parts for e in held) == [e.id for e in many]
    for rest, held in parts:
        assert sorted([*rest, *held], key=lambda e: e.id) == many
        assert [e.id for e in rest] == sorted(e.id for e in rest)


@pytest.mark.parametrize(
    "content",
    [
        b"0\n1\n1\n0\n",
        b"0\n1\n1\n0",
        b"0\r\n1\r\n1\r\n0\r\n",
        b" 0\n01\n1\t\n0\n",
        b"\xef\xbb\xbf0\n1\n1\n0\n\n\r\n",
    ],
)
def test_line_i_is_the_fold_of_row_i(tmp_path, content):
    file = tmp_path / "folds.txt"
    file.write_bytes(content)
    assert read_folds(file, 2, 4) == [0, 1, 1, 0]
    rest, held = hold_out(Examples.of(examples(*"abab")), Folds(count=2, file=str(file), only=1))
    assert ([e.id for e in rest], [e.id for e in held]) == ([1, 4], [2, 3])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"0\n2\n1\n0\n", ":2: expected a fold from 0 to 1, got '2'"),
        (b"0\n1\n-1\n0\n", ":3: expected a fold from 0 to 1, got '-1'"),
        (b"0\n1\nx\n0\n", ":3: expected a fold from 0 to 1, got 'x'"),
        (b"0\n1\n\xff\n0\n", ":3: expected a fold from 0 to 1, got '\ufffd'"),
        (b"0\n\n1\n0\n", ":2: expected a fold from 0 to 1, got an empty line"),
        (b"0\n1\n" + b"0" * 5000 + b"\n0\n", f":3: expected a fold from 0 to 1, got '{'0' * 40}'"),
        (b"", ":1: expected a fold from 0 to 1, got an empty line"),
        (b"0\n1\n1\n", ":3: the file has 3 lines, and data.train has 4 examples"),
        (b"0\n1\n1\n0\n0\n1\n", ":5: the file has 6 lines, and data.train has 4 examples"),
        (b"0\n0\n0\n0\n", ": no example is in fold 1\n    data.folds.count says how many folds there are."),
    ],
)
def test_anything_else_is_an_error_with_its_line(tmp_path, content, message):
    file = tmp_path / "folds.txt"
    file.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_folds(file, 2, 4)
    assert str(caught.value) == f"{file}{message}"


def test_a_file_that_is_not_there_is_an_error_of_the_recipes_key(tmp_path):
    with pytest.raises(DataError, match=r"data.folds.file: '.*folds.txt' does not exist"):
        hold_out(Examples.of(examples("a", "b")), Folds(count=2, file=str(tmp_path / "folds.txt"), only=0))


class Reader:
    def read(self):
        return iter(examples(*"ab" * 50))


def test_the_fold_is_the_test_split_and_the_share_is_of_its_training_part():
    data = Data(train=ComponentSpec(use="any"), validation=Share(share=0.1), folds=Folds(count=5, only=2))
    splits = read_splits(data, lambda _: Reader(), 1)
    assert {name: len(part) for name, part in splits.items()} == {"train": 72, "validation": 8, "test": 20}
    everyone = [example for part in splits.values() for example in part]
    assert sorted(everyone, key=lambda e: e.id) == examples(*"ab" * 50)


class TestClassesOfFewExamples:
    LABELS = (*"ab" * 10, "rare", "rarer", "rarer")

    def held(self, count, separator=None, labels=LABELS):
        parts = [
            hold_out(Examples.of(examples(*labels)), Folds(count=count, only=fold), separator)
            for fold in range(count)
        ]
        return [([e.label for e in rest], [e.id for e in held]) for rest, held in parts]

    @pytest.mark.parametrize("count", [2, 3, 23])
    def test_training_knows_every_class_in_every_fold(self, count):
        parts = self.held(count)
        assert all({*labels} == {*self.LABELS} for labels, _ in parts)
        assert sorted(i for _, ids in parts for i in ids) == [*range(1, 21), 22, 23]

    def test_so_it_does_of_several_labels(self):
        labels = ["a|b", "b|c", "a", "b", "c|rare", "a|rarer", "rarer|b", "odd|odder"]
        for known, _ in self.held(3, "|", labels):
            assert {part for label in known for part in label.split("|")} == {
                *"abc",
                "rare",
                "rarer",
                "odd",
                "odder",
            }

    @pytest.mark.parametrize("only", [0, 1, 2])
    def test_a_file_that_holds_all_of_a_class_out_is_refused_before_the_first_fold(self, tmp_path, only):
        file = tmp_path / "folds.txt"
        file.write_text("0\n1\n2\n0\n1\n2\n2\n")
        folds = Folds(count=3, file=str(file), only=only)
        with pytest.raises(DataError) as caught:
            hold_out(Examples.of(examples(*"aabb", "a", "rare", "rare")), folds)
        first, second, _ = str(caught.value).split("\n")
        assert first == "data.folds.file: fold 2 has all examples of the label 'rare'"
        assert second == "data.folds.file: a label has to be in two folds"
