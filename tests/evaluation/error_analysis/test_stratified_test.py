"""The exact test of a slice within classes, beside Fisher's, counting by hand, and Mantel and Haenszel."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csc_matrix
from scipy.stats import fisher_exact

from embedkit.evaluation.error_analysis.stratified_test import Sample, Tables


def tables(n, wrong, inside, errors) -> Tables:
    return Tables(np.array(n), np.array(wrong), np.array(inside), errors)


def counted(n, wrong, inside, errors) -> float:
    """Return the share of all ways to choose the wrong texts of each class that give as many inside."""
    of_class = [
        [sum(row < size for row in chosen) for chosen in combinations(range(all_), bad)]
        for all_, bad, size in zip(n, wrong, inside, strict=True)
    ]
    sums = [sum(each) for each in product(*of_class)]
    return sum(each >= errors for each in sums) / len(sums)


def test_with_one_class_it_is_fishers_test():
    found = tables([50], [20], [12], 9)
    assert found.p_value() == pytest.approx(fisher_exact([[9, 3], [11, 27]], "greater").pvalue)
    assert found.expected == pytest.approx(12 * 20 / 50)


def test_two_classes_by_hand():
    """Both texts of the slice wrong: 1 in 2 of the first class, 1 in 3 of the second, 1 in 6 together."""
    assert tables([2, 3], [1, 1], [1, 1], 2).p_value() == pytest.approx(1 / 6)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=3),
    st.data(),
)
@settings(max_examples=60, deadline=None)
def test_it_is_the_share_of_all_permutations_within_classes(drawn, data):
    n, wrong, inside = zip(*((n, min(n, bad), min(n, size)) for n, bad, size in drawn), strict=True)
    low = sum(max(0, size - (all_ - bad)) for all_, bad, size in zip(n, wrong, inside, strict=True))
    high = sum(map(min, wrong, inside))
    errors = data.draw(st.integers(low, high))
    assert tables(n, wrong, inside, errors).p_value() == pytest.approx(counted(n, wrong, inside, errors))


def test_a_class_that_is_always_wrong_says_nothing():
    assert tables([30, 30], [30, 0], [20, 5], 20).p_value() == 1.0


def test_the_score_is_that_of_mantel_and_haenszel():
    from statsmodels.stats.contingency_tables import StratifiedTable

    generator = np.random.default_rng(3)
    labels, wrong = generator.integers(0, 3, 200), generator.random(200) < 0.4
    inside = generator.random(200) < 0.3 + 0.2 * wrong
    sample = Sample(csc_matrix(inside[:, None].astype(np.int64)), labels, wrong)
    cells = [
        [[np.sum(inside[rows] & wrong[rows]), np.sum(inside[rows] & ~wrong[rows])],
         [np.sum(~inside[rows] & wrong[rows]), np.sum(~inside[rows] & ~wrong[rows])]]
        for rows in (labels == label for label in range(3))
    ]  # fmt: skip
    statistic = StratifiedTable(cells).test_null_odds(correction=True).statistic
    assert sample.scores()[0] ** 2 == pytest.approx(statistic)


def test_tables_of_a_sample_and_of_a_part_of_it():
    sample = Sample(
        csc_matrix(np.array([[1], [1], [0], [1]])),
        np.array([0, 2, 2, 2]),
        np.array([True, False, True, True]),
    )
    found = sample.tables(0)
    assert (found.n.tolist(), found.wrong.tolist()) == ([1, 0, 3], [1, 0, 2])
    assert (found.inside.tolist(), found.errors) == ([1, 0, 2], 2)
    part = sample.tables(0, np.array([False, True, True, True]))
    assert (part.n.tolist(), part.inside.tolist(), part.errors) == ([0, 0, 3], [0, 0, 2], 1)


def test_a_slice_of_every_text_or_of_none_has_no_score():
    sample = Sample(csc_matrix(np.array([[1, 0]] * 4)), np.zeros(4, np.int64), np.array([1, 0, 1, 0], bool))
    assert sample.scores().tolist() == [-np.inf, -np.inf]
