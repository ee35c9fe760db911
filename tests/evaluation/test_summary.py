"""What the figures of several runs come to."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from embedkit.evaluation.repeated import summarize_runs
from embedkit.evaluation.result import SplitMetrics
from embedkit.evaluation.summary import Estimate, Listing, Summary, summarize


def test_mean_deviation_and_interval_are_those_of_a_t_test():
    values = [0.75, 0.78, 0.71, 0.80]
    found = summarize(values)
    assert found.mean == pytest.approx(np.mean(values))
    assert found.std == pytest.approx(np.std(values, ddof=1))
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert found.ci95 == pytest.approx((expected.low, expected.high))
    assert found.folds == (*values,)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((0.0, 1.0), (0.0, 1.0)),
        ((0.0, None), (0.0, 6.79)),
        ((None, 1.0), (-5.39, 1.0)),
        ((None, None), (-5.39, 6.79)),
    ],
)
def test_an_interval_ends_at_the_bounds_of_the_figure(bounds, expected):
    found = summarize([0.22, 1.18], bounds)  # 0.7 and 12.7 times 0.48
    assert found.ci95 == pytest.approx(expected, abs=0.01)
    assert found.mean == pytest.approx(0.7)


def test_metrics_have_bounds_of_their_own_and_a_loss_is_never_negative():
    runs = [
        {"train": SplitMetrics(6, loss, {}), "test": SplitMetrics(2, loss, {"f1": figure, "own": figure})}
        for loss, figure in ((0.1, 0.9), (0.6, 1.0))
    ]
    found = summarize_runs(runs, None, {"f1": (0.0, 1.0)})["test"]
    assert found.scores["f1"].ci95 == (pytest.approx(0.95 - 0.635, abs=1e-3), 1.0)
    assert found.scores["own"].ci95[1] == pytest.approx(0.95 + 0.635, abs=1e-3)
    assert found.loss.ci95[0] == 0


def test_two_equal_values_leave_no_doubt():
    assert summarize([3, 3]) == Estimate(mean=3, std=0, ci95=(3, 3), folds=(3, 3))


def test_a_figure_that_is_not_defined_in_a_run_has_no_mean():
    assert summarize([0.5, None]) == Summary(mean=None, std=None, ci95=None, folds=(0.5, None))


@pytest.mark.parametrize("values", [[{"a": 1}, {"a": 2}], [[0.1, 0.2], [0.3, 0.4]], [{"a": 1}, None]])
def test_what_is_no_number_stands_for_each_run(values):
    assert summarize(values) == Listing(tuple(values))


def test_every_figure_of_every_split_is_summed_up():
    runs = [
        {split: SplitMetrics(n, 0.7, {"f1": f1, "accuracy": f1}, (0.1, 0.9)) for split, n in sizes.items()}
        for f1, sizes in ((0.25, {"train": 8, "test": 2}), (0.5, {"train": 7, "test": 3}))
    ]
    found = summarize_runs(runs, None, {})
    assert list(found) == ["train", "test"]
    assert found["test"].n.folds == (2, 3)
    assert found["test"].scores["f1"].mean == 0.375
    assert found["test"].accuracy_ci95.folds == ((0.1, 0.9), (0.1, 0.9))
    assert list(found["test"].numbers) == ["n", "loss", "f1", "accuracy"]


def test_why_a_metric_failed_stands_for_each_run_that_it_failed_in():
    failed = SplitMetrics(4, 0.7, {"f1": None}, undefined={"f1": "so"})
    runs = [{"test": SplitMetrics(4, 0.6, {"f1": 0.5})}, {"test": failed}]
    found = summarize_runs(runs, None, {})["test"]
    assert found.scores["f1"].mean is None
    assert found.undefined == Listing((None, {"f1": "so"}))
