"""Nested shares: each is part of the larger ones, stratified, with every label and whole units."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from embedkit.data.nested_shares import nested_share
from embedkit.data.splits import read_splits
from embedkit.recipe.sections.data import Folds, Share, TrainingTexts
from embedkit.recipe.sections.section import ComponentSpec

LABELS = st.lists(st.sampled_from(["a", "b", "c", "d,a", None]), min_size=1, max_size=80)


@given(LABELS, st.lists(st.floats(0.01, 0.99), min_size=2, max_size=5), st.integers(0, 9), st.booleans())
def test_smaller_shares_are_part_of_larger_ones_and_have_every_label(labels, shares, seed, together):
    units = [position // 3 for position in range(len(labels))] if together else None
    drawn = [nested_share(labels, share, seed, ",", units) for share in sorted(shares)]
    every = {part for label in labels if label for part in label.split(",")}
    for smaller, larger in pairwise(drawn):
        assert {*smaller} <= {*larger}
    for positions in drawn:
        assert positions == sorted({*positions})
        assert {part for i in positions if labels[i] for part in labels[i].split(",")} == every
        if units is not None:
            assert {units[i] for i in positions}.isdisjoint({*units} - {units[i] for i in positions})
            assert len(positions) == sum(units.count(unit) for unit in {units[i] for i in positions})


def test_a_share_has_the_proportions_of_the_labels():
    labels = ["a"] * 700 + ["b"] * 290 + ["c"] * 10
    for share in (0.1, 0.25, 0.5, 0.9):
        counts = Counter(labels[i] for i in nested_share(labels, share, 4, None))
        assert sum(counts.values()) == 1000 * share
        assert all(abs(counts[name] - share * labels.count(name)) <= 1 for name in "abc")


def test_another_seed_draws_other_texts():
    labels = ["a", "b"] * 50
    assert nested_share(labels, 0.5, 1, None) == nested_share(labels, 0.5, 1, None)
    assert nested_share(labels, 0.5, 1, None) != nested_share(labels, 0.5, 2, None)


class Texts:
    def read(self):
        from embedkit.interfaces import Example

        return [Example(id, f"text {id}", "ab"[id % 2]) for id in range(40)]


def test_held_out_texts_and_validation_are_the_same_with_any_share():
    def splits(share):
        folds = Folds(count=4, only=1)
        data = TrainingTexts(
            train=ComponentSpec(use="inline"), folds=folds, validation=Share(share=0.2), share=share
        )
        found = read_splits(data, lambda _split: Texts(), seed=3)
        return {name: [*examples.ids] for name, examples in found.items()}

    full, half, some = splits(None), splits(0.5), splits(0.2)
    assert full["test"] == half["test"] == some["test"]
    assert full["validation"] == half["validation"] == some["validation"]
    assert {*some["train"]} < {*half["train"]} < {*full["train"]}
    assert len(half["train"]) == len(full["train"]) / 2
