"""Principal components are those of scikit-learn, SIF weights those of a calculation by hand."""

from __future__ import annotations

import numpy as np
import pytest
from embedkit_distilled.weighting import principal_components, sif_weights
from sklearn.decomposition import PCA

VECTORS = np.random.default_rng(3).normal(size=(40, 6)).astype(np.float32) * [5, 4, 3, 2, 1, 0.5] + 7


def test_two_dimensions_by_hand():
    line = np.array([[0, 0], [3, 4], [6, 8], [-9, -12]], np.float32)
    expected = [[0], [-5], [-10], [15]]
    np.testing.assert_allclose(principal_components(line, 1), expected, atol=1e-5)


@pytest.mark.parametrize(("dim", "removed"), [(6, 0), (3, 0), (1, 0), (2, 2), (1, 5)])
def test_components_are_those_of_scikit_learn(dim, removed):
    made = principal_components(VECTORS.astype(np.float32), dim, removed)
    expected = PCA(dim + removed, svd_solver="full").fit_transform(VECTORS)[:, removed:]
    assert made.dtype == np.float32
    np.testing.assert_allclose(np.abs(made), np.abs(expected), atol=1e-4)
    largest = made[np.abs(made).argmax(axis=0), range(dim)]
    assert (largest > 0).all(), "the sign of each component is fixed"


def test_all_components_keep_distances():
    made = principal_components(VECTORS.astype(np.float32), 6)
    for rows in (VECTORS, made):
        distances = np.linalg.norm(rows[:, None] - rows, axis=2)
        if rows is VECTORS:
            expected = distances
    np.testing.assert_allclose(distances, expected, atol=1e-4)


def test_weights_by_hand():
    texts = [["the", "film"], ["the", "plot"], [], ["the", "end"]]
    weights = sif_weights(["the", "film", "never"], texts, 0.5)
    assert weights.dtype == np.float32
    np.testing.assert_allclose(weights, [0.5 / (0.5 + 3 / 6), 0.5 / (0.5 + 1 / 6), 1.0], rtol=1e-6)


def test_words_without_texts_have_weight_one():
    assert sif_weights(["a", "b"], [], 1e-3).tolist() == [1.0, 1.0]
