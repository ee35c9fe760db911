"""Rows that are taken many at a time are kept as if they had come one by one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from embedkit.vectors.selection import Selection

WORDS = [f"word{i}" for i in range(8)]
SLOTS = st.lists(st.lists(st.integers(0, 7), max_size=12), max_size=5)


def taken(batches, *, at_once):
    selection = Selection(WORDS, 3)
    row = 0
    for batch in batches:
        slots, rows = np.array(batch, np.int64), np.arange(row, row + len(batch))
        vectors = (100 * rows[:, None] + np.arange(3)).astype("<f4")
        if at_once:
            selection.take_rows(slots, rows, vectors)
        else:
            for slot, number, vector in zip(batch, rows.tolist(), vectors, strict=True):
                selection.take(slot, number, vector.data.cast("B"))
        row += len(batch)
    return selection


def figures(selection):
    lookup = selection.lookup()
    return lookup.rows.tolist(), lookup.vectors.tolist(), lookup.found.tolist(), selection.duplicates()


@settings(deadline=None)
@given(SLOTS)
def test_the_first_row_of_a_slot_counts_and_later_ones_are_repeats(batches):
    assert figures(taken(batches, at_once=True)) == figures(taken(batches, at_once=False))


@settings(deadline=None)
@given(SLOTS)
def test_what_was_taken_is_forgotten_whole(batches):
    selection = taken(batches, at_once=True)
    selection.forget()
    assert figures(selection) == figures(Selection(WORDS, 3))


def test_no_words_at_all():
    selection = Selection([], 3)
    selection.take_rows(*np.zeros((2, 0), np.int64), np.zeros((0, 3), "<f4"))
    selection.forget()
    assert selection.lookup().vectors.shape == (0, 3)


def test_words_that_no_file_can_hold_are_not_looked_for():
    """A lone surrogate has no UTF-8. The slots of the other words stay."""
    words, slots = Selection(["é", "\udcff", "two words", "é", "\ud800a", "b"], 3).keys()
    assert words == ["é".encode(), b"two words", b"b"]
    assert [*slots] == [0, 2, 4]
    assert Selection(["é", "\udcff", "b"], 3).slots == {"é".encode(): 0, b"b": 2}
    assert Selection(["b", "a"], 3).slots == {b"b": 0, b"a": 1}
