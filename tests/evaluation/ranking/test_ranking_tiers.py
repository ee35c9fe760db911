"""Tiers: a case done by hand, and every case that has no variance, no class, no rival or too few texts."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from embedkit.evaluation.ranking.pairs import compare_candidates
from embedkit.evaluation.ranking.power import detectable_statistic, smallest_difference
from embedkit.evaluation.ranking.ranking import make_ranking
from embedkit.evaluation.ranking.scores import CandidateScores, FoldScores, Measure
from embedkit.evaluation.ranking.tiers import find_tiers, ordered

ACCURACY = Measure()
A, B, C = (
    (0.80, 0.82, 0.78, 0.81, 0.79),
    (0.79, 0.80, 0.78, 0.80, 0.78),
    (0.70, 0.71, 0.70, 0.72, 0.67),
)


def tail_of_four_degrees(statistic):
    """The two-sided p-value of Student's t with 4 degrees of freedom, by the closed form."""
    share = statistic**2 / (1 + statistic**2 / 4)
    return 1 - 2 * 3 / 8 * sqrt(share) * (1 - share / 12)


def test_a_case_done_by_hand(candidate):
    """Three candidates, five folds, a test text for four training texts.

    B - A: -1, -2, 0, -1, -1 points, mean -1, variance (0 + 1 + 1 + 0 + 0)/4 = 1/2. The corrected variance of
    the mean is (1/5 + 1/4)/2 = 0.225, the statistic 1/sqrt(0.225) = 2.108, p = 0.1027.
    C - A: -10, -11, -8, -9, -12 points, mean -10, variance (0 + 1 + 4 + 1 + 4)/4 = 5/2. The corrected
    variance is 0.45 * 5/2 = 1.125, the statistic 10/sqrt(1.125) = 9.428, p = 0.0007.
    Holm: the smaller p twice, the larger once: C is told from A, B is not.
    """
    p_of_b, p_of_c = tail_of_four_degrees(1 / sqrt(0.225)), tail_of_four_degrees(10 / sqrt(1.125))
    assert (round(p_of_b, 4), round(p_of_c, 4)) == (0.1027, 0.0007)
    candidates = [candidate(*pair, ratio=1 / 4) for pair in zip("CBA", (C, B, A), strict=True)]
    found = find_tiers(candidates, ACCURACY)
    assert found.tiers == (("A", "B"), ("C",))
    assert found.best == "A"
    b, c = found.against_best["B"], found.against_best["C"]
    assert (b.pair.p, b.p_holm) == (pytest.approx(p_of_b), pytest.approx(p_of_b))
    assert (c.pair.p, c.p_holm) == (pytest.approx(p_of_c), pytest.approx(2 * p_of_c))
    assert b.pair.difference == pytest.approx(-0.01)
    half = 2.7764451 * sqrt(0.225) / 100  # the quantile of Student's t with 4 degrees of freedom
    assert b.pair.ci95 == pytest.approx((-0.01 - half, -0.01 + half))


def test_the_smallest_difference_of_the_case_done_by_hand(candidate):
    """One other candidate in the first tier: no correction. Its standard error is sqrt(0.225) points."""
    from statsmodels.stats.power import TTestPower

    candidates = [candidate(*pair, ratio=1 / 4) for pair in zip("ABC", (A, B, C), strict=True)]
    size = TTestPower().solve_power(nobs=5, alpha=0.05, power=0.8)
    expected = size * sqrt(5) * sqrt(0.225) / 100
    found = smallest_difference(candidates, find_tiers(candidates, ACCURACY), ACCURACY)
    assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("tied", [1, 3])
def test_the_smallest_difference_is_that_at_holms_level(candidate, tied):
    others = [candidate(f"B{number}", B, ratio=1 / 4) for number in range(tied)]
    candidates = [candidate("A", A, ratio=1 / 4), *others]
    found = smallest_difference(candidates, find_tiers(candidates, ACCURACY), ACCURACY)
    assert found == pytest.approx(detectable_statistic(4, 0.05 / tied) * sqrt(0.225) / 100)


def test_a_difference_of_that_size_is_found_four_times_in_five():
    generator = np.random.default_rng(1)
    size = detectable_statistic(9, 0.05 / 3)
    statistics = generator.normal(size, 1, 40_000) / np.sqrt(generator.chisquare(9, 40_000) / 9)
    from scipy.stats import t

    assert (2 * t.sf(np.abs(statistics), 9) < 0.05 / 3).mean() == pytest.approx(0.8, abs=0.01)


def test_each_tier_has_its_own_best(candidate):
    """Of the rest, the best is the measure of the next tier."""
    wobble = np.array([1, -1, 2, -2, 0]) / 1000
    levels = {"a": 0.9, "b": 0.8, "c": 0.799, "d": 0.6}
    candidates = [
        candidate(name, [*(level + np.roll(wobble, shift))])
        for shift, (name, level) in enumerate(levels.items())
    ]
    assert find_tiers(candidates, ACCURACY).tiers == (("a",), ("b", "c"), ("d",))


def test_the_order_of_candidates_does_not_matter(candidate):
    candidates = [candidate(*pair) for pair in zip("ABC", (A, B, C), strict=True)]
    assert find_tiers(candidates, ACCURACY) == find_tiers(candidates[::-1], ACCURACY)


def test_the_same_scores_are_a_tie(candidate):
    found = find_tiers([candidate("b", A), candidate("a", A)], ACCURACY)
    assert found.tiers == (("a", "b"),)
    only = found.against_best["b"]
    assert (only.pair.difference, only.pair.p, only.p_holm) == (0.0, 1.0, 1.0)
    assert smallest_difference([candidate("b", A), candidate("a", A)], found, ACCURACY) is None


def test_where_every_fold_has_the_same_difference_the_texts_are_tested(candidate):
    """One candidate has all texts right, the other half of them, in each of five folds: the variance is 0."""
    found = find_tiers([candidate("all", [1.0] * 5), candidate("half", [0.5] * 5)], ACCURACY)
    assert found.tiers == (("all",), ("half",))
    assert found.against_best["half"].pair.p == pytest.approx(2 * 0.5**250)


def test_the_same_difference_of_a_few_texts_tells_nobody_apart(candidate):
    """Two texts in all, one a fold: McNemar's p is 1/2."""
    found = find_tiers([candidate("a", [1.0] * 2, texts=2), candidate("b", [0.5] * 2, texts=2)], ACCURACY)
    assert found.tiers == (("a", "b"),)
    assert found.against_best["b"].pair.p == pytest.approx(0.5)


def test_the_same_difference_of_another_metric_tests_the_signs_of_folds(candidate):
    """Ten folds with the same sign: 2/2^10."""
    candidates = [candidate("a", [0.75] * 10), candidate("b", [0.5] * 10)]
    found = find_tiers(candidates, Measure("f1"))
    assert found.tiers == (("a",), ("b",))
    assert found.against_best["b"].pair.p == pytest.approx(2 / 2**10)


def test_one_candidate_stands_alone(candidate, course):
    ranking = make_ranking([candidate("alone", A)], ACCURACY, course(5))
    assert ranking.tiers == (("alone",),)
    assert ranking.candidates["alone"].against_best is None
    assert ranking.smallest_difference is None
    assert ranking.cheapest_of_first_tier == ranking.best == "alone"
    assert "alone is the only candidate" in ranking.conclusion


def test_no_candidates_are_no_tiers(course):
    ranking = make_ranking([], ACCURACY, course(5))
    assert (ranking.tiers, ranking.best, ranking.n) == ((), None, 0)
    assert ranking.conclusion == "No candidate has a score."


def test_one_class_is_a_tie_that_shows_little(candidate, course):
    candidates = [candidate(name, [1.0] * 10) for name in "abc"]
    ranking = make_ranking(candidates, ACCURACY, course(one_class="pos"))
    assert ranking.tiers == (("a", "b", "c"),)
    assert "all texts are of one class, 'pos'" in ranking.conclusion


def test_eleven_texts_hardly_tell_anything_apart(course):
    """Five folds of two or three texts: the better candidate has eight right, the other five."""
    generator = np.random.default_rng(5)
    ids = generator.permutation(np.arange(1, 12))
    folds = [np.sort(part) for part in np.array_split(ids, 5)]
    right = {"a": np.arange(1, 12) <= 8, "b": np.arange(1, 12) > 6}
    candidates = [
        CandidateScores(
            name,
            {
                number: FoldScores(fold, own[fold - 1].astype(float), float(own[fold - 1].mean()), 2 / 9)
                for number, fold in enumerate(folds)
            },
        )
        for name, own in right.items()
    ]
    ranking = make_ranking(candidates, ACCURACY, course(5))
    assert ranking.tiers == (("a", "b"),)
    assert ranking.n == 11
    assert "could hardly have shown any difference" in ranking.conclusion


def undefined_in(candidate_scores, fold):
    from dataclasses import replace

    folds = dict(candidate_scores.folds)
    folds[fold] = replace(folds[fold], score=None)
    return replace(candidate_scores, folds=folds)


def test_a_fold_without_a_class_is_left_out_where_the_metric_is_not_defined(candidate):
    """The same as if the fold did not exist."""
    five = [undefined_in(candidate(*pair, ratio=1 / 4), 2) for pair in (("A", A), ("C", C))]
    four = [candidate(name, np.delete(own, 2), ratio=1 / 4) for name, own in (("A", A), ("C", C))]
    measure = Measure("roc-auc")
    assert compare_candidates(*five, measure) == compare_candidates(*four, measure)
    assert five[0].mean == pytest.approx(four[0].mean)


def test_a_candidate_without_any_score_is_in_no_tier(candidate, course):
    never = candidate("never", [0.5])
    ranking = make_ranking([candidate("a", A), undefined_in(never, 0)], Measure("roc-auc"), course(5))
    assert ranking.tiers == (("a",),)
    assert ranking.candidates["never"].mean is None
    assert ranking.candidates["never"].tier is None


def test_of_a_metric_that_is_better_small_the_smallest_is_the_best(candidate):
    measure = Measure("log-loss", smaller_is_better=True)
    found = find_tiers([candidate(*pair) for pair in zip("ABC", (A, B, C), strict=True)], measure)
    assert found.tiers == (("C",), ("B", "A"))


def one_split(name, right, score=None, resampled=None):
    right = np.asarray(right, float)
    own = FoldScores(np.arange(len(right)), right, right.mean() if score is None else score, 0.25, resampled)
    return CandidateScores(name, {0: own})


def test_over_one_split_texts_are_tested():
    """Eight texts against two: McNemar's exact p is 2 (1 + 10 + 45)/2^10."""
    good, bad = [1] * 8 + [0] * 2 + [1] * 90, [0] * 8 + [1] * 2 + [1] * 90
    found = find_tiers([one_split("good", good), one_split("bad", bad)], ACCURACY)
    assert found.against_best["bad"].pair.p == pytest.approx(112 / 1024)
    assert found.tiers == (("good", "bad"),)


def test_over_one_split_the_smallest_difference_is_that_of_mcnemars_test():
    from embedkit.evaluation.comparison.power import smallest_difference as over_texts

    good, bad = np.array([1.0] * 30 + [0.0] * 20 + [1.0] * 150), np.array([0.0] * 30 + [1.0] * 170)
    candidates = [one_split("good", good), one_split("bad", bad)]
    found = smallest_difference(candidates, find_tiers(candidates, ACCURACY), ACCURACY)
    assert found == pytest.approx(over_texts(bad - good))


@pytest.mark.parametrize(("gap", "tiers"), [(0.3, 2), (0.0, 1)])
def test_over_one_split_another_metric_is_resampled(gap, tiers):
    generator = np.random.default_rng(2)
    values = {"a": generator.random(80), "b": generator.random(80) - gap}
    candidates = [
        one_split(name, np.ones(80), float(own.mean()), lambda rows, own=own: float(own[rows].mean()))
        for name, own in values.items()
    ]
    found = find_tiers(candidates, Measure("a mean"))
    assert len(found.tiers) == tiers
    pair = found.against_best[found.tiers[-1][-1]].pair
    differences = values[found.tiers[-1][-1]] - values[found.best]
    half = 1.96 * differences.std(ddof=1) / sqrt(80)
    assert pair.ci95 == pytest.approx((differences.mean() - half, differences.mean() + half), abs=0.03)


def test_a_metric_that_cannot_be_resampled_tells_nobody_apart():
    candidates = [one_split("a", [1] * 9, 0.9), one_split("b", [1] * 9, 0.1)]
    found = find_tiers(candidates, Measure("f1"))
    assert found.tiers == (("a", "b"),)
    assert found.against_best["b"].pair.p is None


def test_a_metric_undefined_in_most_resamples_has_no_interval():
    candidates = [
        one_split(name, [1] * 9, score, lambda rows: 0.5 if rows[0] > 6 else None)
        for name, score in (("a", 0.9), ("b", 0.1))
    ]
    assert compare_candidates(*candidates, Measure("f1")).ci95 is None


def test_averages_over_seeds_are_tested_by_flipping_signs():
    good = one_split("good", np.linspace(0.5, 1, 40))
    bad = one_split("bad", np.linspace(0.4, 0.9, 40).round(3))
    assert compare_candidates(good, bad, ACCURACY).p == pytest.approx(1e-4)


def test_who_has_run_easy_folds_alone_gains_nothing(candidate):
    """B has run the two easiest folds, and is worse than A on both."""
    a, b = candidate("a", [0.9, 0.9, 0.6, 0.6, 0.6]), candidate("b", [0.89, 0.89])
    assert b.mean > a.mean
    assert [own.name for own in ordered([b, a], ACCURACY)] == ["a", "b"]


def test_candidates_without_a_common_fold_are_not_told_apart(candidate, course):
    from dataclasses import replace

    early, late = candidate("early", [0.9]), candidate("late", [0.1, 0.1])
    late = replace(late, folds={1: late.folds[1]})
    ranking = make_ranking([early, late], ACCURACY, course(5))
    assert len(ranking.tiers) == 1
    assert ranking.unfinished == ("early", "late")


def test_ids_have_to_rise():
    with pytest.raises(ValueError, match="rising"):
        FoldScores(np.array([2, 1]), np.array([1.0, 0.0]), 0.5, 0.1)
    with pytest.raises(ValueError, match="2 ids and 1 outcomes"):
        FoldScores(np.array([1, 2]), np.array([1.0]), 0.5, 0.1)
