"""Intervals of proportions beside those of scipy, and bounds."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest

from embedkit.evaluation.intervals import SHARE, wilson_interval, within


@pytest.mark.parametrize("n", [1, 2, 7, 100, 10_662])
def test_wilsons_interval_is_that_of_scipy(n):
    for successes in {0, 1, n // 3, n // 2, n - 1, n}:
        interval = binomtest(successes, n).proportion_ci(method="wilson")
        assert wilson_interval(successes, n) == (interval.low, interval.high)


def test_an_interval_within_its_bounds_stays_as_it_is():
    assert within((0.2, 0.9), SHARE) == (0.2, 0.9)
    assert within((-0.2, 1.9), SHARE) == (0.0, 1.0)
