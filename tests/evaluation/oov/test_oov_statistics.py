"""The statistics of the analysis: against other computations, under the null, where something was planted."""

from __future__ import annotations

import time
from itertools import combinations
from math import exp, sqrt

import numpy as np
import pytest

from embedkit.evaluation.oov.analysis import errors_by_share
from embedkit.evaluation.oov.buckets import error_rates, rate
from embedkit.evaluation.oov.difference import (
    RESAMPLES,
    STEPS,
    compare_shares,
    detectable_difference,
    permutation_p,
)
from embedkit.evaluation.oov.odds import odds_ratio, separated
from embedkit.evaluation.oov.result import Bucket, OddsRatio
from embedkit.evaluation.oov.shares import Shares
from embedkit.evaluation.oov.verdict import verdict


def texts(n, seed, effect=0.0, by_length=0.0, base=-1.2):
    """Shares of n texts whose log-odds of being wrong rise by `effect` for every ten points."""
    rng = np.random.default_rng(seed)
    length = rng.integers(4, 40, n)
    share = rng.binomial(length, 0.2) / length
    log_odds = base + effect * share / 0.1 + by_length * (length - 22)
    wrong = rng.random(n) < 1 / (1 + np.exp(-log_odds))
    return Shares(wrong, length, share, share)


def by_hand(wrong, n):
    z = 1.959963984540054
    centre = (wrong + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * sqrt(wrong * (n - wrong) / n + z * z / 4)
    return centre - half, centre + half


def test_buckets_and_intervals_as_computed_by_hand():
    share = np.array([0, 0, 0.05, 0.1, 0.10001, 0.2, 0.3, 0.31, 0.5, 0.9, 1.0, np.nan])
    wrong = np.array([0, 1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1], dtype=bool)
    buckets = error_rates(wrong, share)
    assert [(b.over, b.up_to, b.n, b.wrong) for b in buckets] == [
        (None, 0.0, 2, 1),
        (0.0, 0.1, 2, 1),
        (0.1, 0.2, 2, 1),
        (0.2, 0.3, 1, 0),
        (0.3, 0.5, 2, 0),
        (0.5, 1.0, 2, 2),
    ]
    for bucket in buckets:
        assert bucket.error_rate == bucket.wrong / bucket.n
        assert bucket.ci95 == pytest.approx(by_hand(bucket.wrong, bucket.n), abs=1e-12)


def test_an_empty_bucket_has_no_rate():
    empty = error_rates(np.array([True]), np.array([0.0]))[1]
    assert empty == Bucket(over=0.0, up_to=0.1, n=0, wrong=0, error_rate=None, ci95=None)


def test_mean_coverage_of_the_intervals_is_nominal():
    from scipy.stats import binom

    coverages = []
    for n in (15, 40, 150):
        bounds = np.array([rate(wrong, n)[1] for wrong in range(n + 1)])
        for p in np.linspace(0.02, 0.98, 193):
            inside = (bounds[:, 0] <= p) & (p <= bounds[:, 1])
            coverages.append(binom.pmf(np.arange(n + 1), n, p)[inside].sum())
    assert np.mean(coverages) == pytest.approx(0.95, abs=0.01)


def test_the_exact_p_value_counts_every_way_of_dealing():
    share = np.array([0.0, 0.25, 0.5, 0.1, 0.9, 0.3, 0.7])
    wrong = np.array([0, 0, 1, 0, 1, 0, 1], dtype=bool)
    sums = [sum(share[[*rows]]) for rows in combinations(range(7), 3)]
    observed = share[wrong].sum()
    at_least = sum(each >= observed - 1e-12 for each in sums) / len(sums)
    at_most = sum(each <= observed + 1e-12 for each in sums) / len(sums)
    assert permutation_p(wrong, share) == pytest.approx(min(1, 2 * min(at_least, at_most)))


@pytest.mark.parametrize("effect", [0.0, 0.15, 0.3])
def test_the_sampled_p_value_is_that_of_permutations(effect):
    from scipy.stats import permutation_test

    shares = texts(400, seed=3, effect=effect)
    rounded = np.round(shares.content * STEPS) / STEPS
    expected = permutation_test(
        (rounded[shares.wrong], rounded[~shares.wrong]),
        lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis),
        vectorized=True,
        n_resamples=RESAMPLES,
        random_state=np.random.default_rng(5),
    ).pvalue
    error = 4 * sqrt(max(expected * (1 - expected), 1e-4) / RESAMPLES) * 2
    assert permutation_p(shares.wrong, shares.content) == pytest.approx(expected, abs=error)


@pytest.mark.parametrize("n", [20, 150])
def test_under_the_null_small_p_values_are_as_rare_as_they_say(n):
    p_values = np.array(
        [permutation_p(s.wrong, s.content, 1, 999) for s in (texts(n, seed) for seed in range(300))]
    )
    for alpha in (0.05, 0.1, 0.25, 0.5):
        assert (p_values <= alpha).mean() <= alpha + 3 * sqrt(alpha * (1 - alpha) / len(p_values))
    assert 0.35 < p_values.mean() < 0.65


def test_one_wrong_text_among_right_ones_has_a_p_value_too():
    share = np.arange(12) / 20
    assert permutation_p(np.arange(12) == 11, share) == pytest.approx(2 / 12, abs=0.02)


def test_the_same_seed_gives_the_same_p_value():
    shares = texts(500, seed=2, effect=0.1)
    first, again, other = (permutation_p(shares.wrong, shares.content, seed) for seed in (1, 1, 2))
    assert first == again
    assert other == pytest.approx(first, abs=0.03)


def test_means_difference_and_what_was_left_out():
    share = np.array([0.5, 0.25, 0.0, 0.25, np.nan])
    compared = compare_shares(np.array([1, 1, 0, 0, 1], dtype=bool), share)
    assert (compared.n_wrong, compared.n_right) == (2, 2)
    assert (compared.wrong_mean, compared.right_mean, compared.difference) == (0.375, 0.125, 0.25)
    assert compared.p_value == 1.0 or 0 < compared.p_value < 1


@pytest.mark.parametrize(
    ("wrong", "share"),
    [([], []), ([1, 1], [0.1, 0.2]), ([0, 0], [0.1, 0.2]), ([1, 0], [0.5, 0.5]), ([1], [np.nan])],
)
def test_where_there_is_nothing_to_compare_there_is_no_p_value(wrong, share):
    compared = compare_shares(np.array(wrong, dtype=bool), np.array(share, dtype=float))
    assert (compared.difference, compared.p_value, compared.detectable) == (None, None, None)


def test_the_detectable_difference_is_detected_four_times_in_five():
    rng = np.random.default_rng(0)
    smallest = detectable_difference(60, 240, 0.1)
    found = 0
    for _ in range(120):
        share = np.concatenate([rng.normal(0.5 + smallest, 0.1, 60), rng.normal(0.5, 0.1, 240)])
        found += permutation_p(np.arange(300) < 60, share, resamples=499) <= 0.05
    assert found / 120 == pytest.approx(0.8, abs=0.12)
    assert detectable_difference(1, 100, 0.1) is None
    assert 0 < detectable_difference(2, 100_000, 0.1) < 1
    assert detectable_difference(50_000, 50_000, 0.1) < detectable_difference(50, 50, 0.1)


def test_the_odds_ratio_agrees_with_another_fit_and_finds_what_was_planted():
    from sklearn.linear_model import LogisticRegression

    shares = texts(20_000, seed=4, effect=0.3, by_length=0.03)
    odds = odds_ratio(shares)
    design = np.column_stack([shares.content / 0.1, (shares.length - 22) / 10])
    other = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000).fit(design, shares.wrong)
    assert odds.value == pytest.approx(exp(other.coef_[0, 0]), rel=1e-4)
    low, high = odds.ci95
    assert low < exp(0.3) < high
    assert high / low < 1.15


def test_an_odds_ratio_of_two_groups_is_that_of_the_table():
    # One length and two shares: 30 of 100 wrong against 10 of 100, so (30/70) / (10/90).
    wrong = np.repeat([True, False, True, False], [30, 70, 10, 90])
    share = np.repeat([0.1, 0.0], 100)
    odds = odds_ratio(Shares(wrong, np.full(200, 7), share, share))
    assert odds.value == pytest.approx((30 / 70) / (10 / 90))
    error = sqrt(1 / 30 + 1 / 70 + 1 / 10 + 1 / 90)
    assert odds.ci95[1] == pytest.approx(odds.value * exp(1.959964 * error), rel=1e-4)


@pytest.mark.parametrize(
    ("wrong", "share", "length", "why"),
    [
        ([], [], [], "no text has content tokens"),
        ([1, 1], [0, 0.5], [3, 4], "every text is wrong"),
        ([0, 0], [0, 0.5], [3, 4], "every text is right"),
        ([0, 1, 0], [0.5, 0.5, 0.5], [3, 4, 5], "the share is the same in every text"),
        ([0, 0, 1, 1], [0, 0.1, 0.2, 0.3], [3, 4, 9, 4], "share and length separate wrong from right texts"),
        ([0, 1, 0, 1], [0, 0.1, 0.2, 0.3], [1, 2, 3, 4], "share and length say the same"),
    ],
)
def test_an_odds_ratio_that_cannot_be_estimated_says_why(wrong, share, length, why):
    share = np.array(share, dtype=float)
    shares = Shares(np.array(wrong, dtype=bool), np.array(length, dtype=np.int64), share, share)
    odds = odds_ratio(shares)
    assert odds == OddsRatio(0.1, None, None, None, f"not estimable: {why}")


def test_separation_that_ties_is_separation_and_overlap_is_not():
    ones = np.ones(4)
    share = np.array([0.0, 1.0, 1.0, 2.0])
    design = np.column_stack([ones, share])
    assert separated(np.array([0.0, 0.0, 1.0, 1.0]), design)
    assert not separated(np.array([0.0, 1.0, 0.0, 1.0]), np.column_stack([ones, [0.0, 1.0, 2.0, 3.0]]))


def test_what_was_planted_is_found_and_what_was_not_is_not():
    planted = errors_by_share(texts(2_000, seed=6, effect=0.4))
    assert planted.content.p_value < 0.001
    assert planted.odds_ratio.ci95[0] > 1
    assert planted.verdict.startswith("Errors go with more words out of vocabulary")
    rates = [bucket.error_rate for bucket in planted.content.buckets[:5]]
    assert rates == sorted(rates)
    absent = errors_by_share(texts(2_000, seed=7, effect=0.0))
    assert absent.content.p_value > 0.05
    assert absent.verdict.startswith("Errors are not seen to go with words out of vocabulary")
    assert "would often be missed" in absent.verdict


def test_what_length_alone_accounts_for_is_said_to_vanish_among_texts_of_one_length():
    rng = np.random.default_rng(1)
    length = rng.integers(4, 40, 4_000)
    share = rng.binomial(length, length / 80) / length
    wrong = rng.random(4_000) < 1 / (1 + np.exp(-(length - 30) / 6))
    told = errors_by_share(Shares(wrong, length, share, share))
    assert told.content.p_value < 0.001
    assert "Among texts of one length that is not seen" in told.verdict


@pytest.mark.parametrize(
    ("wrong", "starts"),
    [
        (0, "No text with content tokens is wrong"),
        (9, "Too few to tell whether errors go with missing words: 9 wrong and 291 right texts"),
        (299, "Too few to tell whether errors go with missing words: 299 wrong and 1 right text."),
    ],
)
def test_too_few_texts_are_said_to_be_too_few(wrong, starts):
    shares = texts(300, seed=8)
    told = errors_by_share(Shares(np.arange(300) < wrong, shares.length, shares.all, shares.content))
    assert told.verdict.startswith(starts)


def test_no_verdict_says_because():
    for seed in range(2):
        for effect in (-0.5, 0.0, 0.5):
            told = errors_by_share(texts(400, seed, effect)).verdict
            assert "because" not in told
            assert "cause" not in told


def test_fewer_missing_words_in_wrong_texts_are_told_as_that():
    assert errors_by_share(texts(3_000, 9, effect=-0.5)).verdict.startswith("Errors go with fewer words")


def test_texts_of_one_share_are_said_to_be_so():
    compared = compare_shares(np.arange(60) < 30, np.zeros(60))
    assert (
        verdict(compared, OddsRatio(0.1, None, None, None, "x"))
        == "All 60 texts have the same share of content tokens out of vocabulary."
    )


def test_the_permutation_test_on_ten_thousand_texts_is_quick():
    shares = texts(10_000, seed=1)
    permutation_p(shares.wrong[:100], shares.content[:100])
    started = time.perf_counter()
    permutation_p(shares.wrong, shares.content)
    assert time.perf_counter() - started < 2
