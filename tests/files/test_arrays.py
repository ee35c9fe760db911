"""Arrays in the cache: whole or in blocks the same, and nothing damaged is used."""

from __future__ import annotations

import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedkit.files import arrays as arrays_module
from embedkit.files.arrays import (
    DamagedError,
    parts_of_arrays,
    read_arrays,
    streamed_arrays,
    write_arrays,
)

ARRAYS = {
    "hashes": np.arange(0, 3000, 3, dtype="<u8") ** 2,
    "rows": np.arange(999, -1, -1, dtype="<u4"),
    "none": np.zeros(0, "<i8"),
    "pairs": np.arange(14, dtype="<f4").reshape(7, 2),
}


@pytest.fixture(params=[1, 100, 1 << 18], ids="blocks of {} bytes".format)
def block(request, monkeypatch):
    """A block of one element, of several, and of all."""
    monkeypatch.setattr(arrays_module, "BLOCK", request.param)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "arrays"
    assert write_arrays(path, "a file", ARRAYS, "source") == path.stat().st_size
    return path


def streamed(path, about="a file"):
    """All arrays by way of blocks, flat."""
    with streamed_arrays(path, about) as stream:
        found = {name: [block.copy() for _, block in stream.blocks(name)] for name in stream.described}
        stream.verify()
    return {name: np.concatenate([ARRAYS[name].ravel()[:0], *blocks]) for name, blocks in found.items()}


@pytest.mark.parametrize("mapped", [False, True])
def test_what_was_written_is_read(path, mapped):
    found = read_arrays(path, "a file", mapped)
    assert [*found] == [*ARRAYS]
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)


@pytest.mark.usefixtures("block")
def test_blocks_are_the_arrays_in_their_order(path):
    found = streamed(path)
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array.ravel())


@pytest.mark.usefixtures("block")
def test_blocks_say_which_elements_they_are(path):
    with streamed_arrays(path, "a file") as stream:
        for first, block in stream.blocks("hashes"):
            assert np.array_equal(block, ARRAYS["hashes"][first : first + len(block)])


@settings(deadline=None, max_examples=40)
@given(
    size=st.sampled_from([1, 8, 50, 4000, 1 << 18]),
    positions=st.lists(st.integers(0, 999), max_size=60).map(sorted),
)
def test_elements_are_taken_as_from_the_whole_array(tmp_path_factory, size, positions):
    path = tmp_path_factory.mktemp("arrays") / "arrays"
    write_arrays(path, "a file", {name: ARRAYS[name] for name in ("hashes", "rows")})
    wanted = np.array(positions, np.int64)
    with pytest.MonkeyPatch.context() as patch, streamed_arrays(path, "a file") as stream:
        patch.setattr(arrays_module, "BLOCK", size)
        for name in ("hashes", "rows"):
            taken = stream.take(name, wanted)
            assert taken.dtype == ARRAYS[name].dtype
            assert np.array_equal(taken, ARRAYS[name][wanted])
        stream.verify()


def test_positions_that_an_array_does_not_have_do_no_harm(path):
    """A damaged array may give any positions: what it gave is refused once all was read."""
    with streamed_arrays(path, "a file") as stream:
        assert len(stream.take("hashes", np.array([-5, 7, 3, 10**15, 2]))) == 5


READERS = {"whole": read_arrays, "mapped": lambda *of: read_arrays(*of, mapped=True), "in blocks": streamed}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_every_changed_byte_and_every_cut_is_noticed(path, read):
    good = path.read_bytes()
    head = good.index(b"\n", good.index(b"\n") + 1) + 1
    places = [*range(head), *range(head, len(good), 97), len(good) - 1]
    flips = [good[:at] + bytes([good[at] ^ 1 << at % 8]) + good[at + 1 :] for at in places]
    cuts = [good[:size] for size in (*range(0, head, 9), len(good) // 2, len(good) - 1)]
    for bad in [*flips, *cuts, good + b"x"]:
        path.write_bytes(bad)
        with pytest.raises(DamagedError):
            read(path, "a file")


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_arrays_about_something_else_are_refused(path, read):
    with pytest.raises(DamagedError, match="it is about another file"):
        read(path, "another file")
    with pytest.raises(FileNotFoundError):
        read(path.with_name("absent"), "a file")


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    "described",
    [
        {"a": ["<u8", [10**15]]},
        {"a": ["<u8", [-1]]},
        {"a": ["<u8", [2.0]]},
        {"a": ["|O", [1]]},
        {"a": ["nonsense", [1]]},
        {"a": 1},
        {},
        [],
    ],
    ids=repr,
)
def test_a_description_of_what_cannot_be_is_refused_before_memory_is_taken(path, read, described):
    """Even with the checksum that it should have."""
    body = json.dumps(["a file", described, ""]).encode() + b"\n" + bytes(64)
    path.write_bytes(f"embedkit-arrays-1 {arrays_module._checksum([body]):08x}\n".encode() + body)
    with pytest.raises(DamagedError):
        read(path, "a file")


def test_what_was_not_read_to_the_end_is_not_verified(path):
    with streamed_arrays(path, "a file") as stream:
        stream.take("hashes", np.array([1]))
        with pytest.raises(DamagedError, match="checksum"):
            stream.verify()


def test_blocks_take_little_memory_however_large_the_arrays(tmp_path):
    path, large = tmp_path / "arrays", np.arange(1 << 20)
    write_arrays(path, "a file", {"large": large})
    wanted = np.arange(0, len(large), 5000)
    tracemalloc.start()
    with streamed_arrays(path, "a file") as stream:
        taken = stream.take("large", wanted)
        stream.verify()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.array_equal(taken, wanted)
    assert peak < large.nbytes / 8


def test_parts_are_read_by_themselves(path):
    with parts_of_arrays(path, "a file") as parts:
        assert parts.read("pairs", 2, 5).tolist() == ARRAYS["pairs"][2:5].tolist()
        assert parts.read("hashes", 999, 1000).tolist() == ARRAYS["hashes"][999:].tolist()
        assert parts.read("none", 0, 0).dtype == ARRAYS["none"].dtype
        for name, array in ARRAYS.items():
            assert (parts.whole(name) == array).all()


def test_parts_that_are_not_there_are_damage(tmp_path):
    path = tmp_path / "arrays"
    write_arrays(path, "a file", {"scalar": np.array(3.0), "rows": np.arange(4)})
    with parts_of_arrays(path, "a file") as parts:
        for name in ("vectors", "scalar"):
            with pytest.raises(DamagedError, match=f"it has no rows of '{name}'"):
                parts.whole(name)
            with pytest.raises(DamagedError, match=f"it has no rows of '{name}'"):
                parts.read(name, 0, 1)
        for begin, end in ((-1, 2), (3, 2), (0, 5)):
            with pytest.raises(DamagedError, match="no rows"):
                parts.read("rows", begin, end)
    path.write_bytes(path.read_bytes()[:-4])
    with parts_of_arrays(path, "a file") as parts, pytest.raises(DamagedError, match="cut short"):
        parts.whole("rows")
