"""Distinct texts: copies count once, and those of the same tokens stay in one half."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from drawn_texts import drawn_texts, predicted_texts

from embedkit.evaluation.error_analysis.distinct import distinct_texts
from embedkit.evaluation.error_analysis.slices import find_slices


def test_copies_count_once_and_copies_of_another_class_or_group_are_the_same_text():
    tokens = [("a",), ("b",), ("a",), ("a",), ("b",)]
    held_out = predicted_texts(tokens, np.array([0, 1, 0, 1, 1]), np.array([True, False, False, False, True]))
    found = distinct_texts(held_out)
    assert (found.rows.tolist(), found.same.tolist()) == ([0, 1, 3], [0, 1, 0])
    assert found.tokens == (("a",), ("b",), ("a",))
    assert (found.labels.tolist(), found.wrong.tolist()) == ([0, 1, 1], [True, False, False])
    of_groups = distinct_texts(held_out, ["x", "x", "y", "x", "x"])
    assert (of_groups.rows.tolist(), of_groups.same.tolist()) == ([0, 1, 2, 3], [0, 1, 0, 0])


def test_what_is_predicted_is_decided_by_the_mean_of_the_probabilities():
    held_out = predicted_texts([("a",), ("b",)], np.array([0, 1]), np.array([False, False]))
    two = np.array([[[0.9, 0.1], [0.2, 0.8]], [[0.4, 0.6], [0.9, 0.1]]])
    found = distinct_texts(replace(held_out, probabilities=two))
    assert found.predicted.tolist() == [0, 0]
    assert np.allclose(found.doubt, [0.35, 0.55])


def test_texts_that_are_copied_into_every_class_confirm_nothing():
    """A word of one text, labelled with each of 40 classes, is in one half alone."""
    tokens, labels = drawn_texts(np.random.default_rng(0), (1 / 40,) * 40, 1_000)
    tokens, labels = [*tokens, *[("copied",)] * 40], np.append(labels, np.arange(40))
    wrong = np.append(np.random.default_rng(1).random(1_000) < 0.3, [True] * 40)
    for seed in range(10):
        found = find_slices(predicted_texts(tokens, labels, wrong, 40), seed=seed).found
        assert "copied" not in [each.name.name for each in found]
