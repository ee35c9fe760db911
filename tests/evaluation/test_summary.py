"""What the figures of several runs come to."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from embedkit.evaluation.summary import summarize, summary


def test_mean_deviation_and_interval_are_those_of_a_t_test():
    values = [0.75, 0.78, 0.71, 0.80]
    found = summary(values)
    assert found["mean"] == pytest.approx(np.mean(values))
    assert found["std"] == pytest.approx(np.std(values, ddof=1))
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert found["ci95"] == pytest.approx([expected.low, expected.high])
    assert found["folds"] == values


def test_two_equal_values_leave_no_doubt():
    assert summary([3, 3]) == {"mean": 3, "std": 0, "ci95": [3, 3], "folds": [3, 3]}


def test_a_figure_that_is_not_defined_in_a_run_has_no_mean():
    assert summary([0.5, None]) == {"mean": None, "std": None, "ci95": None, "folds": [0.5, None]}


@pytest.mark.parametrize("values", [[{"a": 1}, {"a": 2}], [[0.1, 0.2], [0.3, 0.4]], [{"a": 1}, None]])
def test_what_is_no_number_stands_for_each_run(values):
    assert summary(values) == {"folds": values}


def test_every_figure_of_every_split_is_summed_up():
    runs = [{"train": {"n": 8, "f1": f1}, "test": {"n": 2, "f1": f1}} for f1 in (0.25, 0.5)]
    found = summarize(runs)
    assert list(found) == ["train", "test"]
    assert found["test"]["f1"]["mean"] == 0.375
    assert json.loads(json.dumps(found, allow_nan=False)) == found
