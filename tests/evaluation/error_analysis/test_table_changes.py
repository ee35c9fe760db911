"""What training did to an embedding matrix: moved words, neighbours gained and lost, and the map."""

from __future__ import annotations

import math

import numpy as np
import pytest

from embedkit.evaluation.error_analysis import table_changes as module
from embedkit.evaluation.error_analysis.table_changes import TableRows, table_changes
from embedkit.evaluation.error_analysis.tendency import Tendency, tendencies
from embedkit.evaluation.error_analysis.word_map import map_words
from embedkit.evaluation.oov.drift import measure_drift


def rows(words: str | int, counts: list[int] | None = None) -> TableRows:
    names = tuple(words.split()) if isinstance(words, str) else tuple(f"w{i}" for i in range(words))
    numbers = np.array(counts if counts is not None else range(len(names), 0, -1))
    return TableRows("fold-0", names, numbers, ("found",) * len(names), {})


BEFORE = np.array([[1, 0], [2, 0], [0, 3], [0, 0]], np.float32)
AFTER = np.array([[1, 0], [0, 4], [0, 3], [0, 0]], np.float32)


def test_the_change_of_four_words_is_that_found_by_hand():
    found = table_changes(rows("a b c d"), BEFORE, AFTER)
    assert (found.model, found.rows, found.moved) == ("fold-0", 4, 1)
    a, b, c, d = found.words
    assert (b.distance, b.cosine, b.norm_before, b.norm_after) == (math.sqrt(20), 0, 2, 4)
    assert (a.distance, a.cosine) == (0, 1)
    assert (d.cosine, d.before, d.after) == (None, (), ())  # zeros are near nothing
    assert (b.before, b.after) == (("a", "c"), ("c", "a"))
    assert (b.gained, b.lost) == ((), ())
    assert found.by_distance() == found.by_cosine() == found.by_length() == [b]
    assert c.word == "c"


def test_neighbours_that_come_and_go_are_gained_and_lost():
    generator = np.random.default_rng(0)
    before = generator.normal(size=(60, 5)).astype(np.float32)
    after = before.copy()
    after[7] = -after[7]
    moved = next(each for each in table_changes(rows(60), before, after).words if each.word == "w7")
    near = np.argsort(-(before / np.linalg.norm(before, axis=1, keepdims=True)) @ before[7])
    assert moved.before == tuple(f"w{i}" for i in near if i != 7)[:10]
    assert len(moved.gained) == len(moved.lost) == 10
    assert moved.cosine == pytest.approx(-1)


def test_the_figures_are_those_of_table_drift_csv():
    generator = np.random.default_rng(1)
    before = generator.normal(size=(50, 8)).astype(np.float32)
    after = (before + generator.normal(size=(50, 8)) * generator.random((50, 1))).astype(np.float32)
    drift = measure_drift(before, after, [*range(50, 0, -1)])
    for place, each in enumerate(table_changes(rows(50), before, after).words):
        gained, lost = drift.changed(place)
        assert each.distance == pytest.approx(drift.distance[place])
        assert each.cosine == pytest.approx(drift.cosine[place])
        assert [set(each.gained), set(each.lost)] == [{f"w{i}" for i in some} for some in (gained, lost)]


def test_of_many_words_the_most_frequent_and_those_that_moved_most_are_told(monkeypatch):
    generator = np.random.default_rng(2)
    before = generator.normal(size=(500, 4)).astype(np.float32)
    after = before.copy()
    after[400] += 50  # far
    after[450] *= -1  # turned
    after[470] *= 0.001  # shrunk
    monkeypatch.setattr(module, "ROWS", 64)
    monkeypatch.setattr(module, "ON_MAP", 10)
    found = table_changes(rows(500), before, after, most=3)
    assert {"w0", "w1", "w2", "w400", "w450", "w470"} <= {each.word for each in found.words}
    assert len(found.words) <= 12
    assert found.by_distance()[0].word == "w400"
    assert found.by_cosine()[0].word == "w450"
    assert found.by_length()[0].word == "w470"
    assert {"w0", "w400"} <= {each.word for each in found.map.words}
    assert len(found.map.words) <= 10


def test_a_matrix_that_did_not_move_has_its_frequent_words_and_a_map():
    found = table_changes(rows("a b c d"), BEFORE, BEFORE)
    assert found.moved == 0
    assert found.by_distance() == found.by_cosine() == found.by_length() == []
    assert [each.word for each in found.words] == ["a", "b", "c", "d"]
    assert all(each.at == each.was for each in found.map.words)


def test_the_map_shows_the_axes_on_which_words_differ_most():
    after = np.array([[10, 0, 1], [-10, 0, 1], [0, 2, 1], [0, -2, 1]], np.float32)
    before = after + np.array([0, 1, 5], np.float32)  # what the plane does not show is left out
    places, old, explained = map_words(before, after)
    assert places == pytest.approx(np.array([[10, 0], [-10, 0], [0, 2], [0, -2]]))
    assert old == pytest.approx(np.add(places, [0, 1]))
    assert explained == pytest.approx((200 / 208, 8 / 208))


def test_the_map_is_the_same_whichever_way_the_axes_come_out():
    after = np.random.default_rng(3).normal(size=(30, 6)).astype(np.float32)
    places, _, _ = map_words(after, after)
    mirrored, _, _ = map_words(-after, -after)
    assert mirrored == pytest.approx(-places)


@pytest.mark.parametrize("shape", [(1, 3), (2, 3), (5, 1), (4, 2)])
def test_few_words_few_dimensions_and_equal_vectors_have_a_map(shape):
    for table in (
        np.ones(shape, np.float32),
        np.arange(shape[0] * shape[1], dtype=np.float32).reshape(shape),
    ):
        places, old, explained = map_words(table, table)
        assert places.shape == old.shape == (shape[0], 2)
        assert np.isfinite(places).all()
        assert 0 <= sum(explained) <= 1 + 1e-9


def test_a_word_speaks_for_the_class_whose_texts_have_it_more_often():
    texts = [["good", "film"], ["good", "good"], ["bad", "film"], ["film"]]
    found = tendencies(texts, ["pos", "pos", "neg", "neg"])
    assert found["good"] == Tendency("pos", pytest.approx(math.log((1 + 0.25) / 0.25)))
    assert found["bad"] == Tendency("neg", pytest.approx(math.log((0.5 + 0.25) / 0.25)))
    assert found["film"] == Tendency("neg", pytest.approx(math.log((1 + 0.25) / (0.5 + 0.25))))


def test_a_word_speaks_for_no_class_that_does_not_have_it():
    # A class of one text says little, whatever its text has.
    texts = [["the"]] * 98 + [["film"], ["the", "film"]]
    found = tendencies(texts, ["a"] * 50 + ["b"] * 49 + ["c"])
    assert found["film"].label == "c"
    assert found["the"].label in ("a", "c")
    assert tendencies([["x"], ["x"]], ["a", "b"]) == {}
    assert tendencies([["x"], []], ["a", "a"]) == {}
    assert tendencies([], []) == {}
