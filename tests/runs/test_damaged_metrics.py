"""A damaged metrics.json, of every kind of run, is refused, and the fault is told by its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedkit.errors import RunError
from embedkit.runs.json_schemas import intrinsic_figures, split_metrics, split_summaries

PATH = Path("metrics.json")

ONE = {"n": 4, "loss": 0.5, "accuracy": 0.75, "accuracy_ci95": [0.3, 0.9]}
BESIDE = {
    "difference": 0.1, "ci95": [0.0, 0.2], "only_baseline_right": 1, "only_model_right": 0,
    "p": 1.0, "smallest_difference": None, "p_holm": 1.0,
}  # fmt: skip
BASELINE = {"accuracy": 0.5, "accuracy_ci95": [0.1, 0.9], "against_model": BESIDE}


@pytest.mark.parametrize(
    "damaged",
    [
        {},
        [],
        {"test": 7},
        {"test": {}},
        {"test": {**ONE, "n": 0}},
        {"test": {**ONE, "n": 4.0}},
        {"test": {**ONE, "n": "4"}},
        {"test": {**ONE, "n": True}},
        {"test": {**ONE, "n": 2**63}},
        {"test": {**ONE, "loss": "0.5"}},
        {"test": {**ONE, "accuracy": "all"}},
        {"test": {**ONE, "own": [1]}},
        {"test": {**ONE, "accuracy_ci95": [0.3]}},
        {"test": {**ONE, "accuracy_ci95": ["0.3", "0.9"]}},
        {"test": {**ONE, "undefined": {"own": 7}}},
        {"test": {**ONE, "baselines": []}},
        {"test": {**ONE, "baselines": {"own": 7}}},
        {"test": {**ONE, "baselines": {"own": {"left_out": 7}}}},
        {"test": {**ONE, "baselines": {"own": {"left_out": "so", "accuracy": 0.5}}}},
        {"test": {**ONE, "baselines": {"own": {"accuracy": 0.5}}}},
        {"test": {**ONE, "baselines": {"own": {**BASELINE, "accuracy": None}}}},
        {"test": {**ONE, "baselines": {"own": {**BASELINE, "chosen": {"c": [1]}}}}},
        {"test": {**ONE, "baselines": {"own": {**BASELINE, "against_model": {**BESIDE, "ci95": None}}}}},
        {"train": ONE, "test": {"n": 4, "loss": 0.5}},
        {"train": ONE, "test": {**ONE, "baselines": {"own": BASELINE}}},
    ],
)
def test_damaged_metrics_are_refused(damaged):
    with pytest.raises(RunError, match="metrics.json: damaged: "):
        split_metrics(PATH, damaged)


NUMBER = {"mean": 4.0, "std": 0.0, "ci95": [4.0, 4.0], "folds": [4, 4]}


def test_whole_metrics_are_not():
    assert split_metrics(PATH, {"test": {**ONE, "baselines": {"own": BASELINE}}})
    several = {"n": NUMBER, "own": NUMBER, "other": {"folds": [{}, None]}}
    assert split_summaries(PATH, 2, {"test": several})["test"].n.folds == (4, 4)


@pytest.mark.parametrize(
    "damaged",
    [
        {},
        {"test": {}},
        {"test": {"n": 4}},
        {"test": {"n": {**NUMBER, "folds": [4]}}},
        {"test": {"n": {**NUMBER, "mean": "4"}}},
        {"test": {"n": NUMBER, "own": 0.5}},
        {"test": {"n": NUMBER, "own": {"folds": [0.5, 0.5, 0.5]}}},
        {"test": {"n": NUMBER, "own": {"folds": [0.5, 0.5], "more": 1}}},
        {"test": {"n": NUMBER, "own": {**NUMBER, "ci95": 0.5}}},
        {"test": {"n": NUMBER, "own": {**NUMBER, "folds": ["4", 4]}}},
        {"test": {"n": NUMBER, "baselines": {"own": {"accuracy": NUMBER}}}},
        {"test": {"n": NUMBER, "baselines": {"own": 7}}},
    ],
)
def test_damaged_metrics_of_several_runs_are_refused(damaged):
    with pytest.raises(RunError, match="metrics.json: damaged: "):
        split_summaries(PATH, 2, damaged)


ASKED = {"questions": 3, "n": 2, "oov": 1, "oov_share": 0.3, "correct": 1, "accuracy": 0.5}


@pytest.mark.parametrize(
    "damaged",
    [
        {},
        {"google": ASKED},
        {"google": {"task": "other", **ASKED}},
        {"google": {"task": "analogies", **ASKED}},
        {"google": {"task": "analogies", **ASKED, "sections": {"capitals": {**ASKED, "n": -1}}}},
        {"google": {"task": "similarity", **ASKED}},
    ],
)
def test_damaged_figures_of_vectors_are_refused(damaged):
    with pytest.raises(RunError, match="metrics.json: damaged: "):
        intrinsic_figures(PATH, damaged)


@pytest.mark.parametrize(
    ("damaged", "says"),
    [
        ({"test": {**ONE, "own": "all"}}, "test.own: Value error, no figure"),
        ({"test": {**ONE, "n": 0}}, "test.n: Input should be greater than 0"),
        ({"test": {**ONE, "baselines": {"x": {**BASELINE, "accuracy": "1"}}}}, "test.baselines.x.accuracy: "),
        ({"train": ONE, "test": {"n": 1, "loss": 1.0}}, "a figure that not every split has"),
    ],
)
def test_a_fault_is_told_by_the_keys_of_the_file(damaged, says):
    with pytest.raises(RunError) as raised:
        split_metrics(PATH, damaged)
    assert str(raised.value).startswith(f"metrics.json: damaged: {says}")


def test_a_fault_of_several_runs_is_told_by_the_keys_of_the_file():
    with pytest.raises(RunError, match=r"damaged: test\.own\.mean: Input should be a valid number"):
        split_summaries(PATH, 2, {"test": {"n": NUMBER, "own": {**NUMBER, "mean": "1"}}})
    with pytest.raises(RunError, match=r"damaged: test\.own: figures of 2 runs, and there are 3"):
        several = {"n": {**NUMBER, "folds": [4, 4, 4]}, "own": NUMBER}
        split_summaries(PATH, 3, {"test": several})


def test_figures_of_vectors_without_a_task_are_told_so():
    with pytest.raises(RunError, match=r"damaged: google: Field 'task' required"):
        intrinsic_figures(PATH, {"google": ASKED})
