"""Statistics of two models on the same examples, against sums done by hand and against simulation."""

from __future__ import annotations

from math import comb, sqrt

import numpy as np
import pytest

from embedkit.evaluation.comparison.paired import bootstrap_interval, p_value
from embedkit.evaluation.comparison.power import mcnemar_power, smallest_difference
from embedkit.evaluation.comparison.several import (
    corrected_interval,
    corrected_t_test,
    example_error,
    holm,
    seed_error,
)


def differing(worse: int, better: int, n: int):
    """`better` examples that the second model alone has right, `worse` that the first one alone has."""
    return np.array([1.0] * better + [-1.0] * worse + [0.0] * (n - better - worse))


@pytest.mark.parametrize(("worse", "better"), [(0, 0), (1, 0), (2, 8), (8, 2), (5, 5), (3, 12)])
def test_mcnemar_is_the_sum_of_binomial_coefficients(worse, better):
    m = worse + better
    tail = sum(comb(m, k) for k in range(min(worse, better) + 1)) / 2**m
    assert p_value(differing(worse, better, 40)) == pytest.approx(min(1.0, 2 * tail))


def test_mcnemar_of_two_against_eight_is_the_published_sum():
    assert p_value(differing(2, 8, 100)) == pytest.approx(2 * (1 + 10 + 45) / 1024)


def test_signs_are_flipped_where_seeds_were_averaged():
    halves = np.array([0.5, 0.5, 1.0, -0.5])
    by_hand = np.mean([abs(s) >= 1.5 for s in _all_sums(halves)])
    assert p_value(halves) == pytest.approx(by_hand, abs=0.02)
    assert p_value(halves) == p_value(halves)


def _all_sums(differences):
    signs = np.array(np.meshgrid(*[[-1, 1]] * len(differences))).reshape(len(differences), -1)
    return np.abs(differences) @ signs


def test_the_interval_is_that_of_drawing_examples_one_by_one():
    differences = differing(30, 55, 400)
    drawn = np.random.default_rng(9).choice(differences, size=(10_000, 400)).mean(axis=1)
    assert bootstrap_interval(differences) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.004)
    assert bootstrap_interval(differences) == bootstrap_interval(differences)


def test_the_interval_of_averages_over_seeds():
    differences = np.random.default_rng(3).choice([-1, -2 / 3, -1 / 3, 0, 1 / 3, 2 / 3, 1], size=300)
    half = 1.96 * differences.std() / sqrt(300)
    expected = [differences.mean() - half, differences.mean() + half]
    assert bootstrap_interval(differences) == pytest.approx(expected, abs=0.006)


def test_without_a_difference_the_interval_says_how_rare_one_may_be():
    high = 1 - 0.025 ** (1 / 100)
    assert bootstrap_interval(np.zeros(100)) == pytest.approx([-high, high])


def test_the_corrected_t_test_by_hand():
    differences = [0.02, 0.01, 0.03, 0.0, 0.04]
    mean, spread = 0.02, sum((d - 0.02) ** 2 for d in differences) / 4
    statistic = mean / sqrt((1 / 5 + 1 / 4) * spread)
    assert statistic == pytest.approx(1.8856, abs=1e-4)
    # t distribution of 4 degrees of freedom: F(t) = 1/2 + 3/8 · s · (1 - s²/12 · …), in closed form
    x = statistic / sqrt(1 + statistic**2 / 4)
    two_sided = 1 - (3 / 4) * (x - x**3 / 12)
    assert corrected_t_test(differences, 1 / 4) == pytest.approx(two_sided)
    half = 2.776445 * sqrt((1 / 5 + 1 / 4) * spread)
    assert corrected_interval(differences, 1 / 4) == pytest.approx([mean - half, mean + half])
    assert corrected_t_test([0.1, 0.1 + 1e-16, 0.1], 0.5) is None


def test_holm_by_hand():
    assert holm([0.04, 0.01, None, 0.03]) == [
        pytest.approx(0.06),
        pytest.approx(0.03),
        None,
        pytest.approx(0.06),
    ]
    assert holm([0.2]) == [pytest.approx(0.2)]
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([None]) == [None]
    assert holm([]) == []


def test_errors_over_examples_and_over_seeds_by_hand():
    assert example_error(np.array([1.0, 0.0, 0.0, -1.0])) == pytest.approx(sqrt((2 / 3) / 4))
    assert example_error(np.array([1.0])) is None
    assert seed_error([0.7, 0.8], [0.6, 0.6, 0.9]) == pytest.approx(sqrt(0.005 / 2 + 0.03 / 3))
    assert seed_error([0.7, 0.8], [0.6]) is None


def test_power_by_summing_over_every_outcome():
    n, discordance, difference = 12, 0.7, 0.5
    better, worse = (discordance + difference) / 2, (discordance - difference) / 2
    power = 0.0
    for b in range(n + 1):
        for c in range(n + 1 - b):
            ways = comb(n, b) * comb(n - b, c)
            likely = ways * better**b * worse**c * (1 - discordance) ** (n - b - c)
            tail = sum(comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c)
            power += likely if min(1.0, 2 * tail) <= 0.05 else 0.0
    assert mcnemar_power(difference, n, discordance) == pytest.approx(power, abs=1e-9)


def test_the_smallest_difference_is_found_in_four_samples_of_five():
    n, discordant = 500, 100
    smallest = smallest_difference(differing(45, 55, n))
    generator = np.random.default_rng(4)
    better = (discordant / n + smallest) / 2
    drawn = generator.multinomial(n, [better, discordant / n - better, 1 - discordant / n], size=2000)
    found = np.mean([p_value(differing(worse, more, n)) <= 0.05 for more, worse, _ in drawn.tolist()])
    assert found == pytest.approx(0.8, abs=0.03)
    assert smallest_difference(differing(55, 45, n)) == smallest


def test_too_few_discordant_examples_could_show_nothing():
    assert smallest_difference(differing(1, 2, 500)) is None
    assert smallest_difference(np.zeros(500)) is None
    assert smallest_difference(differing(5, 10, 500)) is not None


def test_the_smallest_difference_of_averages_is_that_of_a_z_test():
    differences = np.array([0.5, -0.5, 0.0, 1.0] * 100)
    expected = (1.959964 + 0.841621) * differences.std(ddof=1) / sqrt(400)
    assert smallest_difference(differences) == pytest.approx(expected, rel=1e-3)


SAMPLES = 4000
ERROR = 3 * sqrt(0.05 * 0.95 / SAMPLES)
"""Three standard errors of a share of 5% among so many samples."""

SETTINGS = [
    (50, 0.2, 0.0),
    (50, 0.3, 0.1),
    (200, 0.3, 0.1),
    (1000, 0.15, 0.03),
    (1000, 0.3, 0.0),
    (2000, 0.2, 0.02),
]
"""Examples, share of discordant ones, difference."""


def samples(n, discordance, difference, generator):
    better, worse = (discordance + difference) / 2, (discordance - difference) / 2
    counts = generator.multinomial(n, [better, worse, 1 - discordance], size=SAMPLES)
    return [differing(worse, better, n) for better, worse, _ in counts.tolist()]


@pytest.mark.parametrize(("n", "discordance"), [(40, 0.3), (400, 0.1), (1000, 0.25)])
def test_where_neither_is_better_small_p_values_are_rare(n, discordance):
    drawn = samples(n, discordance, 0.0, np.random.default_rng(n))
    p = np.array([p_value(differences) for differences in drawn])
    for alpha in (0.01, 0.05, 0.2):
        assert (p <= alpha).mean() <= alpha + 3 * sqrt(alpha * (1 - alpha) / SAMPLES)


def test_where_neither_is_better_flipped_signs_are_rarely_extreme():
    generator = np.random.default_rng(12)
    values = [-1, -2 / 3, -1 / 3, 0, 1 / 3, 2 / 3, 1]
    p = np.array([p_value(generator.choice(values, size=60), seed) for seed in range(1000)])
    assert (p <= 0.05).mean() == pytest.approx(0.05, abs=2 * ERROR)


def test_where_neither_is_better_the_corrected_t_test_is_rarely_small_though_folds_overlap():
    """Folds whose differences go together as much as their training parts overlap."""
    generator = np.random.default_rng(5)
    folds, share = 10, 1 / 9
    together = generator.normal(size=(SAMPLES, 1)) * sqrt(share / (1 + share))
    own = generator.normal(size=(SAMPLES, folds)) * sqrt(1 / (1 + share))
    p = np.array([corrected_t_test(each, share) for each in (together + own).tolist()])
    assert (p <= 0.05).mean() <= 0.05 + ERROR


def test_intervals_cover_the_true_difference_as_often_as_they_say():
    generator = np.random.default_rng(8)
    covered = []
    for n, discordance, difference in SETTINGS:
        drawn = samples(n, discordance, difference, generator)[:400]
        intervals = np.array([bootstrap_interval(differences) for differences in drawn]) - difference
        covered.append(((intervals[:, 0] <= 1e-9) & (intervals[:, 1] >= -1e-9)).mean())
    assert np.mean(covered) == pytest.approx(0.95, abs=0.01)


def test_holms_correction_is_that_of_statsmodels():
    from statsmodels.stats.multitest import multipletests

    for seed in range(5):
        p_values = np.random.default_rng(seed).random(7) ** 4
        assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])
