"""Parts of a file: the same bytes however they lie."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedkit.files import spans
from embedkit.files.spans import read_spans

pytestmark = pytest.mark.core

CONTENT = random.Random(0).randbytes(200_000)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("spans") / "content"
    path.write_bytes(CONTENT)
    return path


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 210_000), st.integers(0, 30_000)), max_size=30), st.booleans())
def test_each_part_is_what_the_file_has_there(path, parts, in_order):
    asked = [(begin, begin + size) for begin, size in (sorted(parts) if in_order else parts)]
    with path.open("rb", buffering=0) as file:
        found = [part.tobytes() for part in read_spans(file, asked)]
    assert found == [CONTENT[begin:end] for begin, end in asked]


@pytest.mark.parametrize(("longest", "small"), [(100, 10), (1 << 20, 1 << 16), (50, 1 << 16), (1 << 20, 0)])
def test_groups_of_every_size(path, longest, small, monkeypatch):
    monkeypatch.setattr(spans, "LONGEST", longest)
    monkeypatch.setattr(spans, "SMALL", small)
    asked = [(begin, begin + size) for begin in range(0, 190_000, 37) for size in (5, 120)]
    with path.open("rb", buffering=0) as file:
        found = [part.tobytes() for part in read_spans(file, asked)]
    assert found == [CONTENT[begin:end] for begin, end in asked]


class Counting:
    """A file that counts how often the system is asked."""

    def __init__(self, file):
        self._file, self.asked = file, 0

    def fileno(self):
        self.asked += 1
        return self._file.fileno()

    def seek(self, offset):
        self._file.seek(offset)

    def readinto(self, view):
        self.asked += 1
        return self._file.readinto(view)


def test_parts_that_lie_close_are_read_at_once_and_others_by_themselves(path):
    def asked(parts):
        with path.open("rb", buffering=0) as file:
            counting = Counting(file)
            assert [*map(bytes, read_spans(counting, parts))] == [CONTENT[slice(*part)] for part in parts]
            return counting.asked

    assert asked([(at, at + 10) for at in range(0, 190_000, 1000)]) <= 2
    assert asked([(at, at + 10) for at in range(0, 190_000, 19_000)]) == 10
    assert asked([]) == 0
