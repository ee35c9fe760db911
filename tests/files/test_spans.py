"""Parts of a file: the same bytes however they lie."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedkit.files import spans, system
from embedkit.files.spans import read_parts

CONTENT = random.Random(0).randbytes(200_000)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("spans") / "content"
    path.write_bytes(CONTENT)
    return path


def read(file, asked):
    """What `read_parts` gives for (begin, end) in order, each part as bytes."""
    begins, ends = np.array(asked, np.int64).reshape(-1, 2).T
    found = []
    for parts in read_parts(file, begins, ends):
        assert parts.first == len(found)
        sizes = (ends - begins)[parts.first : parts.last]
        joined, at = parts.bytes_of(sizes).tobytes(), 0
        for size in sizes.tolist():
            found.append(joined[at : at + size])
            at += size
        assert parts.last == len(found)
    return found


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 170_000), st.integers(0, 30_000)), max_size=30))
def test_each_part_is_what_the_file_has_there(path, parts):
    asked = [(begin, begin + size) for begin, size in sorted(parts)]
    with path.open("rb", buffering=0) as file:
        assert read(file, asked) == [CONTENT[begin:end] for begin, end in asked]


@pytest.mark.parametrize(
    ("batch", "gap"), [(100, 10), (1 << 19, 1 << 14), (50, 1 << 16), (1 << 10, 0), (1, 0)]
)
@settings(deadline=None, max_examples=40)
@given(places=st.lists(st.integers(0, 190_000), max_size=200), size=st.sampled_from([0, 1, 5, 120, 3000]))
def test_batches_of_every_size(path, batch, gap, places, size):
    asked = [(begin, begin + size) for begin in sorted(places)]
    with pytest.MonkeyPatch.context() as patch, path.open("rb", buffering=0) as file:
        patch.setattr(spans, "BATCH", batch)
        patch.setattr(spans, "GAP", gap)
        assert read(file, asked) == [CONTENT[begin:end] for begin, end in asked]


@settings(deadline=None, max_examples=40)
@given(places=st.lists(st.tuples(st.integers(0, 190_000), st.integers(0, 90)), min_size=1, max_size=90))
def test_rows_of_one_size_from_anywhere_within_a_part(path, places):
    begins, shifts = np.array(sorted(places), np.int64).T
    with path.open("rb", buffering=0) as file:
        rows = [
            row.tobytes()
            for parts in read_parts(file, begins, begins + shifts + 40)
            for row in parts.rows(shifts[parts.first : parts.last], 40)
        ]
    assert rows == [CONTENT[begin + shift : begin + shift + 40] for begin, shift in sorted(places)]


@pytest.mark.parametrize("asked", [[(199_990, 200_001)], [(10, 20), (250_000, 250_001)]])
def test_a_part_that_the_file_does_not_have_is_an_error(path, asked):
    with path.open("rb", buffering=0) as file, pytest.raises(EOFError, match=f"{asked[-1][1]:,}"):
        read(file, asked)


def test_parts_that_lie_close_are_read_at_once_and_others_by_themselves(path, monkeypatch):
    given = []

    def counting(descriptor, size, offset, read=system._read_once):
        given.append(len(data := read(descriptor, size, offset)))
        return data

    monkeypatch.setattr(system, "_read_once", counting)

    def reading(parts):
        given.clear()
        with path.open("rb", buffering=0) as file:
            assert read(file, parts) == [CONTENT[slice(*part)] for part in parts]
        return len(given), sum(given)

    assert reading([(at, at + 10) for at in range(0, 190_000, 1000)])[0] <= 2
    assert reading([(at, at + 10) for at in range(0, 190_000, 19_000)]) == (10, 100)
    assert reading([]) == (0, 0)


def test_memory_stays_small_however_much_is_read(path, monkeypatch):
    monkeypatch.setattr(spans, "BATCH", 1000)
    begins = np.arange(0, 190_000, 37)
    with path.open("rb", buffering=0) as file:
        assert max(len(parts.data) for parts in read_parts(file, begins, begins + 120)) <= 2 * (1000 + 120)
