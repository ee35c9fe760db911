"""The training texts nearest to wrong texts, within each fold."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.evaluation.error_analysis.nearest_texts import (
    NearText,
    Predicted,
    TextWithNearest,
    VectorTexts,
    nearest_texts,
)


def texts(ids: list[int], labels: str, *vectors: list[float]) -> VectorTexts:
    names = tuple(f"text {i}" for i in ids)
    return VectorTexts(np.array(ids), names, tuple(labels), np.array(vectors, np.float32).reshape(-1, 2))


def test_the_nearest_of_each_wrong_text_are_those_of_its_fold_found_by_hand():
    first = Predicted(texts([5, 1], "aa", [1, 0], [0, 1]), ("b", "a"), texts([2, 3], "ba", [4, 3], [0, 1]))
    second = Predicted(texts([2], "b", [0, 2]), ("a",), texts([1, 5], "aa", [0, 1], [1, 0]))
    found = nearest_texts([first, second], "the run", "vectors", count=2)
    assert found.texts == (
        TextWithNearest(2, "b", "a", (NearText(1, "text 1", "a", 1.0), NearText(5, "text 5", "a", 0.0))),
        TextWithNearest(
            5, "a", "b", (NearText(2, "text 2", "b", pytest.approx(0.8)), NearText(3, "text 3", "a", 0.0))
        ),
    )
    assert found.like_predicted is not None
    assert found.like_label is not None
    assert found.right_like_label is not None
    assert (found.like_predicted.count, found.like_predicted.n) == (2, 2)
    assert (found.like_label.count, found.like_label.n) == (0, 2)
    assert (found.right_like_label.count, found.right_like_label.n) == (1, 1)


def test_a_text_without_a_vector_has_no_nearest_and_does_not_count():
    part = Predicted(texts([1, 2], "ab", [0, 0], [1, 1]), ("b", "b"), texts([3], "a", [1, 0]))
    found = nearest_texts([part], "the run", "vectors")
    assert found.texts == (TextWithNearest(1, "a", "b", ()),)
    assert found.like_predicted is None
    assert found.right_like_label is not None
    assert found.right_like_label.n == 1


def test_a_run_without_wrong_texts_has_none():
    part = Predicted(texts([1], "a", [1, 0]), ("a",), texts([3], "a", [1, 0]))
    found = nearest_texts([part], "the run", "vectors")
    assert (found.texts, found.like_predicted, found.like_label) == ((), None, None)
