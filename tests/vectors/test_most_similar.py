"""The rows most similar to vectors, found block by block."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.vectors import cosine
from embedkit.vectors.cosine import most_similar


def floats(*rows: list[float]) -> np.ndarray:
    return np.array(rows, np.float32)


def test_the_most_similar_rows_and_their_cosines_are_those_found_by_hand():
    table = floats([0, 2], [3, 4], [0, 0], [1, 0])
    rows, cosines = most_similar(floats([5, 0], [0, 0]), table, 3)
    assert rows.tolist() == [[3, 1, 0], [-1, -1, -1]]
    assert cosines[0].tolist() == pytest.approx([1, 0.6, 0])
    assert np.isnan(cosines[1]).all()


def test_the_own_row_is_left_out_and_places_without_a_row_stay_empty():
    table = floats([1, 0], [1, 0.1], [0, 0])
    rows, cosines = most_similar(table, table, 2, np.arange(3))
    assert rows.tolist() == [[1, -1], [0, -1], [-1, -1]]
    assert np.isnan(cosines[:, 1]).all()


def test_no_table_and_no_vectors_have_no_rows():
    assert most_similar(floats([1, 0]), np.zeros((0, 2), np.float32), 2)[0].tolist() == [[-1, -1]]
    assert most_similar(np.zeros((0, 2), np.float32), floats([1, 0]), 2)[0].shape == (0, 2)


@pytest.mark.parametrize("blocks", [(1, 1), (3, 7), (64, 64)])
def test_blocks_of_any_size_find_the_same_as_all_cosines_at_once(monkeypatch, blocks):
    monkeypatch.setattr(cosine, "QUERIES", blocks[0])
    monkeypatch.setattr(cosine, "ROWS", blocks[1])
    # Whole numbers of few directions: many rows are equally similar, and ties go by position.
    table = np.random.default_rng(0).integers(-1, 2, (40, 3)).astype(np.float32)
    rows, cosines = most_similar(table, table, 6, np.arange(40))
    units = cosine.unit_rows(table)
    every = (units @ units.T).astype(np.float64).round(5)
    zero = ~table.any(axis=1)
    every[zero] = every[:, zero] = -9
    np.fill_diagonal(every, -9)
    expected = -np.sort(-every, axis=1)[:, :6]
    assert cosines[~zero] == pytest.approx(expected[~zero], abs=1e-5)
    assert (rows[zero] == -1).all()
    found = np.take_along_axis(every, rows, axis=1)
    assert found[~zero] == pytest.approx(expected[~zero])
