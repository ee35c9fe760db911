"""Columns in memory and in files, the rows in them, and examples that are made when they are asked for."""

from __future__ import annotations

import tracemalloc
import weakref
from array import array

import pytest

from embedkit.data.examples import Examples
from embedkit.files import rows
from embedkit.files.rows import Rows
from embedkit.files.storage import InMemory, OnDisk
from embedkit.interfaces import Example
from embedkit.text.tokens import Tokens

pytestmark = pytest.mark.core

TEXTS = ["one film", "", "naïve \u2028 film \ud800", "\0", "a" * 3000]
EXAMPLES = [Example(i, text, label) for i, (text, label) in enumerate(zip(TEXTS, "abab\0", strict=True), 3)]


@pytest.fixture(params=["memory", "disk"])
def storage(request, tmp_path):
    return InMemory() if request.param == "memory" else OnDisk(tmp_path)


def test_a_column_gives_what_was_put_into_it(storage, tmp_path):
    column = storage.column("i")
    assert len(column) == 0
    assert bytes(column.view()) == b""
    column.extend(array("i", [1, -2]))
    column.extend(array("i", range(100_000)))
    assert len(column) == 100_002
    assert column[0:3] == array("i", [1, -2, 0])
    assert column[100_001:200_000] == array("i", [99_999])
    assert column[5:5] == array("i")
    assert bytes(column.view())[:12] == array("i", [1, -2, 0]).tobytes()
    assert not [*tmp_path.iterdir()], "the file has no name"


def test_what_is_viewed_stays_when_the_column_is_gone(storage):
    view = Rows.stored([array("i", [7, 8])], "i", storage).column.view()
    assert bytes(view) == array("i", [7, 8]).tobytes()


@pytest.mark.parametrize("block", [1, 2, 1000])
def test_rows_are_those_that_were_stored_however_many_are_read_at_once(storage, monkeypatch, block):
    monkeypatch.setattr(rows, "BLOCK", block)
    given = [array("i", range(length)) for length in (3, 0, 5, 1, 0)]
    stored = Rows.stored(given, "i", storage)
    assert [*stored] == given
    assert stored[2] == given[2]
    assert stored.lengths().tolist() == [3, 0, 5, 1, 0]
    assert [*stored.take([0, 2, 4])] == [given[0], given[2], given[4]]
    assert [*stored.take([])] == []


def test_examples_are_those_that_were_read(storage):
    examples = Examples.of(iter(EXAMPLES), storage)
    assert [*examples] == EXAMPLES == examples[:]
    assert examples[-1] == EXAMPLES[-1]
    assert [*reversed(examples)] == EXAMPLES[::-1]
    assert [*examples.texts] == TEXTS
    assert examples.texts[1:3] == TEXTS[1:3]
    assert Examples.of(examples) is examples


def test_some_of_some_examples_know_their_place_in_the_source(storage):
    some = Examples.of(EXAMPLES, storage).take([1, 2, 4]).take([0, 2])
    assert [*some] == [EXAMPLES[1], EXAMPLES[4]]
    assert [*some.positions] == [1, 4]
    assert [*some.labelled(["x", None])] == [Example(4, "", "x"), Example(7, "a" * 3000)]


def test_no_text_is_kept_that_was_put_into_a_file(tmp_path):
    class Text(str):
        """A text that can be followed."""

    alive, most = weakref.WeakSet(), 0

    def read():
        nonlocal most
        for number in range(5000):
            text = Text(f"text {number}")
            alive.add(text)
            most = max(most, len(alive))
            yield Example(number, text, "a")

    examples = Examples.of(read(), OnDisk(tmp_path))
    assert len(examples) == 5000
    assert most < 5


@pytest.mark.parametrize("length", [10, 200])
def test_what_stays_in_memory_of_a_text_does_not_go_by_its_length(tmp_path, monkeypatch, length):
    monkeypatch.setattr(rows, "BLOCK", 64)
    given = (Example(number, "word " * length, "a") for number in range(5000))
    tracemalloc.start()
    try:
        examples = Examples.of(given, OnDisk(tmp_path))
        tokens = Tokens.of((text.split() for text in examples.texts), OnDisk(tmp_path))
        held, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(tokens) == 5000
    assert held / 5000 < 100
    assert most < 3_000_000, "no more texts are in memory than are read at once"


def test_tokens_are_cut_at_either_end_and_counted_in_the_order_of_what_is_left(storage):
    given = [["b", "a", "b", "c"], [], ["a"]]
    tokens = Tokens.of(given, storage)
    assert [*tokens] == given == tokens[:]
    assert [*tokens.counts.items()] == [("b", 2), ("a", 2), ("c", 1)]
    assert [*tokens.shortened(2, "head")] == [["b", "c"], [], ["a"]]
    assert [*tokens.shortened(2, "tail").shortened(1, "head")] == [["a"], [], ["a"]]
    assert [*tokens.shortened(1, "head").counts] == ["c", "a"]
    assert [*tokens.take([2])] == [["a"]]
