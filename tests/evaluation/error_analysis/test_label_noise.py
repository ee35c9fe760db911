"""The share of wrong labels is told from the errors of models."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, softmax

from embedkit.evaluation.error_analysis.label_noise import fit_noise
from embedkit.evaluation.error_analysis.pooled_models import pooled


def planted(share, n=4_000, seed=0):
    """Return probabilities of two classes, labels, and which ones are wrong: a share, at random."""
    generator = np.random.default_rng(seed)
    odds = generator.normal(0, 4, n)
    right = generator.random(n) < expit(odds)
    wrong = generator.random(n) < share
    second = expit(odds)
    return np.stack([1 - second, second], axis=1), (right ^ wrong).astype(int), wrong


@pytest.mark.parametrize("share", [0.02, 0.05, 0.15])
def test_a_planted_share_is_found(share):
    probabilities, labels, wrong = planted(share, seed=1)
    fitted = fit_noise(probabilities, labels)
    low, high = fitted.noise.ci95
    assert low <= share <= high
    assert high - low < 0.05
    assert fitted.noise.found
    assert fitted.wrong.sum() == pytest.approx(wrong.sum(), rel=0.3)
    sure = fitted.wrong > 0.9
    assert wrong[sure].mean() > 0.8


def test_the_interval_covers_the_share_in_most_draws():
    intervals = [fit_noise(*planted(0.05, 1_500, seed)[:2]).noise.ci95 for seed in range(12)]
    assert sum(low <= 0.05 <= high for low, high in intervals) >= 10


def test_errors_of_the_model_are_no_wrong_labels():
    claimed = [fit_noise(*planted(0, 1_000, seed)[:2]).noise.found for seed in range(12)]
    assert sum(claimed) <= 1


@pytest.mark.parametrize(
    ("classes", "apart", "prior"),
    [
        (2, 1.2, [0.95, 0.05]),
        (2, 0.5, [0.5, 0.5]),
        (8, 1.8, [0.5, 0.2, 0.1, 0.08, 0.05, 0.04, 0.02, 0.01]),
    ],
)
def test_nothing_is_claimed_of_weak_models_that_are_too_sure_of_uneven_classes(classes, apart, prior):
    claimed = []
    for seed in range(4):
        generator = np.random.default_rng(seed)
        labels = generator.choice(classes, 1_000, p=prior)
        seen = generator.standard_normal((1_000, classes)) + apart * np.eye(classes)[labels]
        odds = apart * seen + np.log(prior)
        models = [softmax(2.5 * (odds + generator.standard_normal(odds.shape)), axis=1) for _ in range(2)]
        claimed.append(fit_noise(pooled(np.stack(models), labels), labels).noise.found)
    assert sum(claimed) <= 1


def test_a_model_that_is_never_surer_may_be_wrong_or_its_labels():
    labels = np.array([0] * 90 + [1] * 10)
    noise = fit_noise(np.tile([0.9, 0.1], (100, 1)), labels).noise
    low, high = noise.ci95
    assert low == 0
    assert high >= 0.1
    assert not noise.found


def test_the_share_has_the_greatest_likelihood_of_a_grid():
    probabilities, labels, _ = planted(0.1, 400)
    labels[probabilities[:, 1] < 0.5] = 0  # one curve: texts of the first class are all right
    odds = np.log(probabilities[:, 1] / probabilities[:, 0])
    kept = odds > 0
    fitted = fit_noise(probabilities[kept], labels[kept]).noise.share
    odds, contradicted = odds[kept], labels[kept] == 0

    def likelihood(share, constant, slope):
        errors = expit(-(constant + slope * odds))
        told = (1 - errors) * share + errors * (1 - share)
        return np.where(contradicted, np.log(told), np.log(1 - told)).sum()

    grid = [
        (likelihood(share, constant, slope), share)
        for share in np.linspace(0.01, 0.3, 59)
        for constant in np.linspace(-2, 2, 21)
        for slope in np.linspace(0, 4, 41)
    ]
    assert fitted == pytest.approx(max(grid)[1], abs=0.006)


def test_few_texts_and_one_class():
    assert fit_noise(np.ones((3, 1)), np.zeros(3, int)) is None
    low, high = fit_noise(np.array([[0.9, 0.1]]), np.array([1])).noise.ci95
    assert (low, high) == (0, pytest.approx(0.49))
