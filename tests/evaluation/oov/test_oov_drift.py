"""Distances, angles and neighbours of a table before and after, against numpy's and gensim's."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.evaluation.oov.drift import measure_drift, nearest, summarize_drift


@pytest.fixture
def tables():
    rng = np.random.default_rng(0)
    before = rng.standard_normal((60, 8)).astype(np.float32)
    before[[3, 17, 40]] = 0
    after = before + 0.3 * rng.standard_normal(before.shape).astype(np.float32)
    after[40] = 0
    after[50:] = before[50:]
    return before, after


def test_neighbours_are_gensims(tables):
    from gensim.models import KeyedVectors

    before, _ = tables
    there = np.flatnonzero(np.linalg.norm(before, axis=1))
    keyed = KeyedVectors(8)
    keyed.add_vectors([str(row) for row in there], before[there])
    found = nearest(before, there, 5)
    for row, neighbours in zip(there, found, strict=True):
        expected = [int(word) for word, _ in keyed.most_similar(str(row), topn=5)]
        assert neighbours.tolist() == expected


def test_distance_and_cosine_as_numpy_computes_them(tables):
    before, after = tables
    drift = measure_drift(before, after, [1] * 60)
    for row in (0, 25, 55):
        a, b = before[row].astype(float), after[row].astype(float)
        assert drift.distance[row] == pytest.approx(np.sqrt(((a - b) ** 2).sum()), rel=1e-6)
        assert drift.cosine[row] == pytest.approx(a @ b / np.sqrt((a @ a) * (b @ b)), abs=1e-6)
    assert (drift.distance[50:] == 0).all()
    assert drift.distance[40] == 0
    assert np.isnan(drift.cosine[[3, 17, 40]]).all()


def test_a_row_of_zeros_is_near_nothing_and_nothing_is_near_it(tables):
    before, after = tables
    drift = measure_drift(before, after, [1] * 60, k=4)
    assert (drift.before[[3, 17, 40]] == -1).all()
    assert not np.isin(drift.before, [3, 17, 40]).any()
    gained, lost = drift.changed(3)
    assert (len(gained), lost) == (4, [])


def test_gained_and_lost_by_hand():
    before = np.array([[1, 0], [1, 0.1], [1, 0.3], [0, 1]], dtype=np.float32)
    after = np.array([[1, 0], [1, 0.1], [0, 1], [1, 0.02]], dtype=np.float32)
    drift = measure_drift(before, after, [1] * 4, k=2)
    assert drift.before[0].tolist() == [1, 2]
    assert drift.after[0].tolist() == [3, 1]
    assert drift.changed(0) == ([3], [2])


def test_equal_rows_leave_each_other_as_neighbours():
    table = np.ones((5, 3), dtype=np.float32)
    found = nearest(table, np.arange(5), 4)
    assert all(row not in neighbours for row, neighbours in enumerate(found.tolist()))
    assert all(len({*neighbours}) == 4 for neighbours in found.tolist())


def test_in_a_small_table_there_are_fewer_neighbours():
    assert nearest(np.eye(3, dtype=np.float32), np.array([0]), 5)[0, 2:].tolist() == [-1, -1, -1]
    assert nearest(np.zeros((2, 3), dtype=np.float32), np.array([0, 1]), 2).tolist() == [[-1, -1], [-1, -1]]


def test_of_a_large_table_the_most_frequent_words_are_asked(tables):
    before, after = tables
    counts = np.arange(60) % 7
    drift = measure_drift(before, after, counts.tolist(), pairs=60 * 8)
    assert drift.asked.tolist() == sorted(np.argsort(-counts, kind="stable")[:8].tolist())
    whole = measure_drift(before, after, counts.tolist())
    np.testing.assert_array_equal(drift.after, whole.after[drift.asked])


def test_the_summary_by_origin(tables):
    before, after = tables
    origin = ["filled"] * 20 + ["found"] * 40
    drift = measure_drift(before, after, [1] * 60)
    found = summarize_drift(drift, origin)
    assert {name: each.rows for name, each in found.items()} == {"filled": 20, "found": 40}
    assert found["found"].moved == 29
    assert found["filled"].mean_distance == pytest.approx(drift.distance[:20].mean())
    assert found["found"].median_cosine == pytest.approx(np.nanmedian(drift.cosine[20:]))
    gained = [len(drift.changed(row)[0]) for row in range(20)]
    assert found["filled"].mean_gained == pytest.approx(np.mean(gained))
