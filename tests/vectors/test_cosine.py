"""Unit rows and nearest neighbours, which exist once, give the bits that each place has always had."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import embedkit
from embedkit.vectors.cosine import largest, nearest, unit_rows, unit_rows_of_any_length

SIZES = st.tuples(st.integers(0, 8), st.integers(1, 9))
ORDINARY = st.floats(-1e6, 1e6, width=32) | st.just(0.0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(data=st.data())
def test_rows_are_divided_by_their_length(data, dtype):
    vectors = data.draw(arrays(dtype, SIZES, elements=ORDINARY))
    before = vectors.copy()
    norms = np.linalg.norm(vectors, axis=1)
    units = unit_rows(vectors)
    assert units.dtype == dtype
    assert np.array_equal(units[norms > 0], vectors[norms > 0] / norms[norms > 0, None])
    assert not units[norms == 0].any()
    assert np.array_equal(vectors, before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(data=st.data())
def test_or_multiplied_by_its_reciprocal_as_in_gensim(data, dtype):
    vectors = data.draw(arrays(dtype, SIZES, elements=ORDINARY.filter(lambda x: x == 0 or abs(x) > 1e-9)))
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    expected = (vectors * (1 / np.where(norms == 0, 1, norms))).astype(dtype)
    assert np.array_equal(unit_rows(vectors, reciprocal=True), expected)


@given(arrays(np.float32, SIZES, elements=st.floats(allow_nan=False, allow_infinity=False, width=32)))
def test_any_finite_row_that_is_not_zero_gets_length_one(vectors):
    units = unit_rows_of_any_length(vectors)
    lengths = np.linalg.norm(units.astype(np.float64), axis=1)
    assert lengths == pytest.approx(np.where(vectors.any(axis=1), 1, 0), abs=1e-5)
    scale = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    scaled = np.divide(vectors, scale, out=np.zeros(vectors.shape, np.float32), where=scale > 0)
    norms = np.linalg.norm(scaled, axis=1, keepdims=True)
    assert np.array_equal(units, np.divide(scaled, norms, out=scaled, where=norms > 0))


@given(
    arrays(np.float32, st.integers(0, 30), elements=st.sampled_from([-2.0, 0.5, 1.0, 0.25])),
    st.integers(0, 40),
)
def test_the_largest_are_those_of_a_stable_sort(values, count):
    assert largest(values, count) == np.argsort(-values, kind="stable")[:count].tolist()


@given(
    arrays(np.float32, st.tuples(st.integers(1, 12), st.just(3)), elements=st.integers(-3, 3)),
    st.integers(1, 5),
)
def test_no_row_that_is_left_out_is_nearer(table, k):
    asked = np.arange(len(table))
    found = nearest(table, asked, k)
    assert found.shape == (len(table), k)
    units = unit_rows(table)
    cosines = units @ units.T
    there = table.any(axis=1)
    for row in asked:
        neighbours = [other for other in found[row].tolist() if other >= 0]
        assert len(neighbours) == (min(k, int(there.sum()) - 1) if there[row] else 0)
        assert row not in neighbours
        assert there[neighbours].all()
        others = sorted(
            (float(cosines[row, other]) for other in asked if other != row and there[other]), reverse=True
        )
        assert [float(cosines[row, other]) for other in neighbours] == pytest.approx(
            others[: len(neighbours)], abs=1e-5
        )


def test_nothing_else_scales_rows_or_searches_neighbours():
    source = Path(embedkit.__file__).parent
    pattern = re.compile(r"argpartition|NearestNeighbors|np\.partition")
    assert [
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if pattern.search(path.read_text(encoding="utf-8"))
    ] == ["vectors/cosine.py"]
