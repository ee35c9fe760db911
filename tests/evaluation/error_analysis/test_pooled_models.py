"""Several models' probabilities, pooled into one."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.evaluation.error_analysis.pooled_models import pooled


def drawn(n, classes=3, seed=0):
    """Return probabilities [n, classes] and labels drawn by them."""
    generator = np.random.default_rng(seed)
    true = generator.dirichlet(np.ones(classes), n)
    return true, np.array([generator.choice(classes, p=row) for row in true])


def sharper(probabilities, power):
    powers = probabilities**power
    return powers / powers.sum(axis=1, keepdims=True)


def test_one_text_has_the_geometric_mean():
    made = pooled(np.array([[[0.8, 0.2]], [[0.5, 0.5]]]), np.array([1]))
    assert made.tolist() == [pytest.approx([2 / 3, 1 / 3])]


def test_models_that_are_too_sure_are_calibrated():
    true, labels = drawn(5_000)
    made = pooled(sharper(true, 4)[None], labels)
    assert np.abs(made - true).mean() < 0.02


def test_a_model_that_knows_nothing_has_no_weight():
    true, labels = drawn(5_000)
    noise, _ = drawn(5_000, seed=1)
    assert np.abs(pooled(np.stack([true, noise]), labels) - true).mean() < 0.02


def test_no_label_has_a_say_in_its_own_probability():
    true, labels = drawn(40)
    changed = labels.copy()
    changed[7] = (labels[7] + 1) % 3
    before, after = pooled(true[None], labels), pooled(true[None], changed)
    assert before[7].tolist() == after[7].tolist()
    assert not np.array_equal(before, after)


def test_probabilities_of_zero_and_classes_without_texts():
    made = pooled(np.eye(3)[[0, 1, 0, 1, 1]][None], np.array([0, 1, 0, 1, 0]))
    assert np.isfinite(made).all()
    assert made.sum(axis=1) == pytest.approx(1)
    assert made[0].argmax() == 0
