"""Groups, and copies of one text, stay together in every split that is drawn."""

from __future__ import annotations

import logging
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedkit.data.examples import Examples
from embedkit.data.folds import NEVER, draw_folds, hold_out
from embedkit.data.groups import deal, units_of
from embedkit.data.splits import read_splits
from embedkit.errors import DataError
from embedkit.interfaces import Example
from embedkit.recipe.sections.data import Data, Folds, Share
from embedkit.recipe.sections.section import ComponentSpec

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "same", "equal", *map(str, range(30))]),
        st.sampled_from("abc"),
        st.sampled_from([None, "", "x", "y", "z", *map(chr, range(65, 80))]),
    ),
    min_size=6,
    max_size=60,
)
"""Texts, labels and groups: some texts occur twice, some rows have no group."""


def examples(rows):
    return Examples.of([Example(i, *row) for i, row in enumerate(rows, 1)])


def linked(rows, duplicates=True):
    """Pairs of positions that must stay together, straight from the definition."""
    for i, (text, _, group) in enumerate(rows):
        for j, (another, _, other) in enumerate(rows[:i]):
            if (group is not None and group == other) or (duplicates and text and text == another):
                yield i, j


class Reader:
    def __init__(self, rows):
        self.rows = rows

    def read(self):
        return iter(examples(self.rows))


@given(ROWS)
def test_units_are_the_smallest_sets_that_keep_groups_and_copies_together(rows):
    units = units_of(examples(rows), duplicates=True) or range(len(rows))
    assert all(units[i] == units[j] for i, j in linked(rows))
    reached = {frozenset([i]) for i in range(len(rows))}
    for pair in linked(rows):
        joined = frozenset().union(*(those for those in reached if those & {*pair}))
        reached = {those for those in reached if not those & joined} | {joined}
    assert len({*units}) == len(reached)
    assert all(rows[unit] is not None and unit == min(at for at in range(len(rows)) if units[at] == unit)
               for unit in units)  # fmt: skip


def test_without_groups_and_copies_every_example_is_alone():
    rows = [("one", "a", None), ("two", "b", None), ("", "a", None), ("", "b", None)]
    assert units_of(examples(rows), duplicates=True) is None
    assert units_of(examples([("same", "a", None)] * 3), duplicates=False) is None
    assert examples(rows).groups is None


@given(ROWS, st.integers(2, 4), st.integers(0, 3))
def test_no_unit_is_divided_and_the_draw_is_reproducible(rows, count, seed):
    units = units_of(examples(rows), duplicates=True)
    if units is None or len({*units}) < count:
        return
    labels = [label for _, label, _ in rows]
    fold_of = draw_folds(labels, count, seed, units)
    assert all(fold_of[i] == fold_of[j] for i, j in linked(rows))
    assert {*fold_of} == {*range(count)}
    assert draw_folds(labels, count, seed, units) == fold_of


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9)), min_size=4, max_size=40),
    st.integers(2, 4),
    st.integers(0, 3),
)
def test_each_label_is_as_even_as_its_largest_group_allows(groups, count, seed):
    labels = [label for label, size in groups for _ in range(size)]
    units = [number for number, (_, size) in enumerate(groups) for _ in range(size)]
    fold_of = deal(labels, units, [1.0] * count, seed)
    for label in {*labels}:
        sizes = Counter(fold for fold, of in zip(fold_of, labels, strict=True) if of == label)
        largest = max(size for of, size in groups if of == label)
        assert max(sizes.values()) - min(sizes[fold] for fold in range(count)) <= largest


def test_folds_of_mixed_groups_are_nearly_even_and_stratified():
    rows = [(f"text {i}", "ab"[(i * i) % 7 > 3], f"author {i % 37}") for i in range(1_000)]
    units = units_of(examples(rows), duplicates=False)
    fold_of = draw_folds([label for _, label, _ in rows], 5, 0, units)
    for label in "ab":
        sizes = Counter(fold for fold, row in zip(fold_of, rows, strict=True) if row[1] == label)
        assert max(sizes.values()) - min(sizes.values()) <= 27  # the size of a group


def test_single_examples_fill_up_what_groups_leave():
    rows = [("big", "a", "g")] * 20 + [(f"text {i}", "ab"[i % 2], None) for i in range(170)]
    units = units_of(examples(rows), duplicates=False)
    fold_of = draw_folds([label for _, label, _ in rows], 5, 0, units)
    assert Counter(fold_of) == dict.fromkeys(range(5), 38)
    assert Counter(f for f, row in zip(fold_of, rows, strict=True) if row[1] == "a") == dict.fromkeys(
        range(5), 21
    )


def test_another_seed_draws_other_folds():
    rows = [(f"text {i}", "ab"[i % 2], str(i % 40)) for i in range(200)]
    labels, units = [label for _, label, _ in rows], units_of(examples(rows), duplicates=False)
    assert draw_folds(labels, 5, 0, units) != draw_folds(labels, 5, 1, units)


@pytest.mark.parametrize("duplicates", [False, True])
def test_folds_without_groups_and_copies_are_drawn_as_ever(duplicates):
    rows = [(f"text {i}", "abb"[i % 3], None) for i in range(100)]
    folds = Folds(count=5, only=2, keep_duplicates_together=duplicates)
    _, held = hold_out(examples(rows), folds)
    fold_of = draw_folds([label for _, label, _ in rows], 5, 0)
    assert [e.id - 1 for e in held] == [at for at, fold in enumerate(fold_of) if fold == 2]


def test_copies_stay_together_only_if_the_recipe_says_so():
    rows = [(f"text {i % 50}", "ab"[i % 2], None) for i in range(100)]
    for together in (True, False):
        folds = Folds(count=5, only=0, keep_duplicates_together=together)
        rest, held = hold_out(examples(rows), folds)
        assert ({e.text for e in rest}.isdisjoint(e.text for e in held)) is together


@given(ROWS, st.floats(0.05, 0.6), st.booleans(), st.integers(0, 3))
def test_shares_of_a_fold_divide_no_unit_either(rows, share, stratify, seed):
    rows = [(text, label, group) for text, label, group in rows] + [
        (f"{label}{i}", label, None) for label in "abc" for i in range(9)
    ]
    data = Data(
        train=ComponentSpec(use="any"),
        validation=Share(share=share, stratify=stratify),
        folds=Folds(count=3, only=1, keep_duplicates_together=True),
    )
    try:
        splits = read_splits(data, lambda _: Reader(rows), seed)
    except DataError as error:
        assert "stay together" in str(error)  # noqa: PT017
        return
    split_of = {e.id - 1: name for name, part in splits.items() for e in part}
    assert len(split_of) == len(rows) == sum(map(len, splits.values()))
    assert all(split_of[i] == split_of[j] for i, j in linked(rows))
    assert {e.label for e in splits["train"]} == {*"abc"}


def test_a_share_of_groups_is_near_its_size_and_stratified():
    rows = [(f"text {i}", "ab"[i % 3 == 0], f"author {i // 5}") for i in range(600)]
    data = Data(train=ComponentSpec(use="any"), test=Share(share=0.2))
    splits = read_splits(data, lambda _: Reader(rows), 0)
    assert 110 <= len(splits["test"]) <= 130
    assert 35 <= Counter(e.label for e in splits["test"])["b"] <= 45
    assert {e.group for e in splits["test"]}.isdisjoint({e.group for e in splits["train"]})


def test_a_share_smaller_than_every_group_is_the_smallest_group():
    rows = [(f"text {i}", "ab"[i % 2], "big" if i < 60 else "small") for i in range(100)]
    data = Data(train=ComponentSpec(use="any"), test=Share(share=0.05))
    assert {e.group for e in read_splits(data, lambda _: Reader(rows), 0)["test"]} == {"small"}


def test_all_in_one_group_cannot_be_divided():
    rows = [(f"text {i}", "ab"[i % 2], "only") for i in range(20)]
    with pytest.raises(DataError, match=r"^data\.train: no label has two examples that need not stay"):
        read_splits(Data(train=ComponentSpec(use="any"), test=Share(share=0.2)), lambda _: Reader(rows), 0)
    with pytest.raises(DataError, match=r"data\.folds\.count: 20 examples are one set that stays together"):
        hold_out(examples(rows), Folds(count=2, only=0))


def test_fewer_groups_than_folds_is_an_error():
    rows = [(f"text {i}", "ab"[i % 2], str(i % 4)) for i in range(40)]
    with pytest.raises(
        DataError, match=r"data\.folds\.count: 40 examples form 4 sets .* put into 5 folds\n.*one group stay"
    ):
        hold_out(examples(rows), Folds(count=5, only=0))


def test_a_group_larger_than_a_fold_is_said(caplog):
    rows = [(f"text {i}", "ab"[i % 2], "large" if i < 50 else None) for i in range(100)]
    with caplog.at_level(logging.WARNING):
        held = [hold_out(examples(rows), Folds(count=5, only=fold))[1] for fold in range(5)]
    assert sorted(map(len, held)) == [12, 12, 13, 13, 50]
    assert "data.folds: 50 of 100 examples stay together, more than a fold of 20" in caplog.text


def test_even_groups_are_not_worth_a_word(caplog):
    rows = [(f"text {i}", "ab"[i % 2], str(i % 10)) for i in range(100)]
    with caplog.at_level(logging.WARNING):
        hold_out(examples(rows), Folds(count=5, only=0))
    assert not caplog.text


def test_a_label_of_one_group_stays_in_training_with_all_its_group(caplog):
    rows = [(f"text {i}", "ab"[i % 2], str(i % 20)) for i in range(100)]
    rows += [("strange", "rare", "odd"), ("stranger", "rare", "odd"), ("usual", "a", "odd")]
    with caplog.at_level(logging.WARNING):
        parts = [hold_out(examples(rows), Folds(count=5, only=fold)) for fold in range(5)]
    assert all({"strange", "stranger", "usual"} <= {e.text for e in rest} for rest, _ in parts)
    assert "the label 'rare' are in one fold: 3 examples are in the training split of every" in caplog.text
    assert sum(len(held) for _, held in parts) == 100


def test_a_fold_for_which_nothing_is_left_is_an_error():
    rows = [(f"text {i}", "ab"[i % 2], "ab"[i % 2]) for i in range(20)]
    with pytest.raises(DataError, match=r"no example is left for fold 0.*\n.*one group each: 'a', 'b'"):
        hold_out(examples(rows), Folds(count=2, only=0))
    assert NEVER not in range(2)


def test_a_class_of_fewer_groups_than_folds_is_tested_where_it_can_be():
    rows = [(f"text {i}", "ab"[i % 2], str(i % 20)) for i in range(100)]
    rows += [(f"rare {i}", "rare", f"odd {i % 2}") for i in range(4)]
    parts = [hold_out(examples(rows), Folds(count=5, only=fold)) for fold in range(5)]
    assert sum(len(held) for _, held in parts) == len(rows)
    assert all({e.label for e in rest} == {"a", "b", "rare"} for rest, _ in parts)


def test_groups_that_a_file_of_folds_divides_are_said(tmp_path, caplog):
    file = tmp_path / "folds.txt"
    file.write_text("0\n1\n0\n1\n")
    rows = [("w", "a", "x"), ("x", "a", "x"), ("y", "b", "y"), ("z", "b", None)]
    rows[3] = ("z", "b", "z")
    with caplog.at_level(logging.WARNING):
        rest, held = hold_out(examples(rows), Folds(count=2, file=str(file), only=0))
    assert ([e.text for e in rest], [e.text for e in held]) == (["x", "z"], ["w", "y"])
    assert "data.folds.file: 1 groups are in two folds or more: 'x'" in caplog.text


@given(ROWS)
def test_examples_keep_their_groups(rows):
    many = [Example(i, *row) for i, row in enumerate(rows, 1)]
    kept = Examples.of(many)
    assert [*kept] == many
    assert [kept[at] for at in range(len(many))] == many
    some = [at for at in range(len(many)) if at % 2]
    assert [*kept.take(some)] == [many[at] for at in some]
    assert [e.group for e in kept.labelled(["x"] * len(many))] == [row[2] for row in rows]
