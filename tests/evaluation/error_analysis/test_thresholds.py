"""Curves over all thresholds, beside those of scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_curve

from embedkit.evaluation.error_analysis.thresholds import Thresholds, area


@pytest.mark.parametrize("decimals", [0, 1, 2, 9])
@pytest.mark.parametrize("n", [2, 3, 10, 500])
def test_curves_and_areas_are_those_of_scikit_learn(n, decimals):
    random = np.random.default_rng(n)
    for _ in range(10):
        scores = random.random(n).round(decimals)
        is_class = random.random(n) < 0.3 + 0.4 * scores
        is_class[:2] = True, False
        found = Thresholds.of(is_class, scores)
        x, y = found.roc()
        false, true, _ = roc_curve(is_class, scores)
        np.testing.assert_array_equal([x, y], [false, true])
        assert area(x, y) == pytest.approx(auc(false, true))
        precision, recall, _ = precision_recall_curve(is_class, scores, drop_intermediate=True)
        np.testing.assert_array_equal(found.precision_recall(), [recall[::-1], precision[::-1]])
        assert found.average_precision() == pytest.approx(average_precision_score(is_class, scores))
