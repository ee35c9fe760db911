"""Learning curves: the power law, its forecast with intervals, and when there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from embedkit.evaluation.error_analysis.counted_scores import accuracy, f1, indicators
from embedkit.evaluation.error_analysis.learning_curve import learning_curve, shared_noise

SIZES = np.array([125.0, 250, 500, 750, 1000])


def law(n, a=0.9, b=2.0, c=0.4):
    return a - b * np.asarray(n) ** -c


def noisy(generator, runs=10, sd=0.01, between=0.02, truth=law):
    rows = truth(SIZES) + generator.normal(0, between, (runs, 1))
    return rows + generator.normal(0, sd, (runs, len(SIZES)))


def test_an_exact_power_law_is_found_and_continued():
    rows = np.stack([law(SIZES) + shift for shift in (-0.01, 0.0, 0.01)])
    found = learning_curve(SIZES, rows)
    assert (found.fit.a, found.fit.b, found.fit.c) == pytest.approx((0.9, 2.0, 0.4))
    assert found.forecast.size == 2000
    assert found.forecast.score == pytest.approx(law(2000))
    assert found.forecast.gain == pytest.approx(law(2000) - law(1000))
    assert found.means == pytest.approx(law(SIZES))


def test_the_fit_is_that_of_scipys_bounded_least_squares():
    rows = noisy(np.random.default_rng(3), sd=0.002, between=0.0)
    spread = (rows - rows.mean(axis=1, keepdims=True)).var(axis=0, ddof=1)
    sigma = np.sqrt((spread + spread.mean()) / 2)
    (a, b, c), _ = curve_fit(
        law, SIZES, rows.mean(axis=0), (0.8, 1.0, 0.3), sigma, bounds=([0, 0, 0.05], [1, 100, 1])
    )
    found = learning_curve(SIZES, rows).fit
    assert found.c == pytest.approx(c, abs=0.006)  # the grid's step is 0.01
    assert [found.at(n) for n in SIZES] == pytest.approx(law(SIZES, a, b, c), abs=1e-4)


@pytest.mark.parametrize("runs", [5, 10])
def test_intervals_hold_the_truth_at_least_as_often_as_they_say_and_are_narrow(runs):
    draws = [learning_curve(SIZES, noisy(np.random.default_rng(seed), runs)).forecast for seed in range(60)]
    gain = law(2000) - law(1000)
    # The gain is measured against the mean score, whose scatter apart from the texts' is small.
    held = [each.gain_ci90[0] - 0.004 <= gain <= each.gain_ci90[1] + 0.004 for each in draws]
    scores = [each.score_ci90[0] <= law(2000) <= each.score_ci90[1] for each in draws]
    assert sum(held) >= 53
    assert sum(scores) >= 53
    assert np.median([high - low for low, high in (each.gain_ci90 for each in draws)]) < 0.05


def test_less_scatter_gives_a_narrower_interval_and_the_texts_do_not_widen_the_gain():
    def width(sd, between, what):
        found = learning_curve(SIZES, noisy(np.random.default_rng(1), sd=sd, between=between)).forecast
        low, high = getattr(found, what)
        return high - low

    assert width(0.001, 0.02, "gain_ci90") < width(0.01, 0.02, "gain_ci90")
    assert width(0.005, 0.05, "gain_ci90") == pytest.approx(width(0.005, 0.0, "gain_ci90"), rel=0.3)
    assert width(0.005, 0.05, "score_ci90") > 1.5 * width(0.005, 0.0, "score_ci90")


def test_a_flat_curve_has_a_forecast_of_about_nothing():
    rows = noisy(np.random.default_rng(5), truth=lambda n: np.full(len(n), 0.7))
    low, high = learning_curve(SIZES, rows).forecast.gain_ci90
    assert low <= 0 <= high < 0.02


@pytest.mark.parametrize(
    ("sizes", "rows", "reason"),
    [
        (SIZES[:3], np.ones((5, 3)), "a curve takes 4 sizes, and there are 3"),
        (SIZES, law(SIZES)[None], "a curve takes two folds or seeds"),
        (SIZES + 900, np.ones((5, 5)), "the largest size is less than 4 times the smallest"),
        (SIZES, np.ones((5, 5)), "the score is the same everywhere"),
        (SIZES, np.full((5, 5), np.nan), "the score is not defined in every run"),
        (
            SIZES,
            noisy(np.random.default_rng(0), truth=lambda n: law(n)[::-1]),
            "the score falls with more texts",
        ),
        (
            SIZES,
            noisy(np.random.default_rng(0), sd=0.002, truth=lambda n: 0.5 + 4e-5 * n),
            "the score has not begun to level off, so that more labels may bring more than any curve says",
        ),
        (
            SIZES,
            noisy(np.random.default_rng(0), sd=0.002, truth=lambda n: np.where(n > 500, 0.9, 0.5)),
            "the points do not lie on a power law",
        ),
    ],
)
def test_points_that_carry_no_forecast_say_why(sizes, rows, reason):
    found = learning_curve(sizes, rows)
    assert (found.fit, found.forecast, found.reason) == (None, None, reason)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.floats(0, 1), min_size=5, max_size=5), min_size=2, max_size=6))
def test_whatever_the_scores_intervals_hold_the_forecast_and_scores_stay_below_one(rows):
    found = learning_curve(SIZES, np.array(rows)).forecast
    if found is not None:
        assert found.score_ci90[0] <= found.score <= found.score_ci90[1]
        assert found.gain_ci90[0] <= found.gain <= found.gain_ci90[1]
        assert found.score <= 1 + 1e-9


def test_seeds_that_share_their_texts_know_of_the_scatter_that_they_do_not_show():
    """With all texts every seed trains the same: no scatter there, but another draw would differ."""
    generator = np.random.default_rng(0)
    shares = SIZES / SIZES[-1]
    rows = law(SIZES) + generator.normal(0, 0.01, (5, 5)) * np.sqrt(1 - shares)
    alone = learning_curve(SIZES, rows, np.zeros((5, 5))).forecast
    texts = learning_curve(SIZES, rows, np.full((5, 5), 0.01**2)).forecast
    low, high = alone.score_ci90
    assert high - low > 2 * 1.64 * 0.01 / np.sqrt(5)
    assert texts.score_ci90[0] < low
    assert texts.gain_ci90 == pytest.approx(alone.gain_ci90)


def test_accuracy_and_f1_by_hand():
    labels = indicators(["a", "a", "b", "b", "b"], ["a", "b"], None)
    predicted = indicators(["a", "b", "b", "b", "a"], ["a", "b"], None)
    assert accuracy(labels, predicted).score == pytest.approx(3 / 5)
    assert f1(labels, predicted, 0).score == pytest.approx(2 * 1 / (2 + 2))
    assert f1(labels, predicted, 1).score == pytest.approx(2 * 2 / (3 + 3))


def test_several_labels_of_a_text_have_all_to_be_right():
    labels = indicators(["a,b", "", "b"], ["a", "b"], ",")
    predicted = indicators(["b,a", "", "a,b"], ["a", "b"], ",")
    assert labels.tolist() == [[True, True], [False, False], [False, True]]
    assert accuracy(labels, predicted).score == pytest.approx(2 / 3)
    assert np.isnan(f1(labels[1:2], predicted[1:2], 0).score)


def test_the_covariance_of_an_accuracy_is_the_binomial_one():
    right = np.array([[1.0, 1, 1, 0, 0], [1, 1, 1, 1, 0]])
    found = shared_noise(right, np.ones_like(right))
    assert np.diag(found) == pytest.approx([0.6 * 0.4 / 5, 0.8 * 0.2 / 5])
    assert found[0, 1] == pytest.approx((0.6 - 0.6 * 0.8) / 5)
