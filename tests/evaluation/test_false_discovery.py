"""q-values beside those of scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from embedkit.evaluation.false_discovery import q_values


@pytest.mark.parametrize("count", [1, 2, 3, 50, 1000])
def test_q_values_are_those_of_benjamini_and_hochberg(count):
    p = np.random.default_rng(count).random(count) ** 3
    p[::3] = p[0]
    np.testing.assert_array_equal(q_values(p), false_discovery_control(p))


def test_no_p_value_has_no_q_value():
    assert q_values([]).tolist() == []
    assert q_values([1.0, 1.0]).tolist() == [1.0, 1.0]
