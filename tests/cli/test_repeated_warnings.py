"""The warnings of several runs are said once, with how many runs gave them."""

from __future__ import annotations

import json

import pytest

from embedkit.report.terminal.repeated_warnings import RepeatedWarnings


@pytest.fixture
def recipe():
    texts = [f"{mood} film {i}" for i in range(8) for mood in ("good", "bad")]
    return {
        "name": "warned",
        "data": {
            "train": {"use": "inline", "texts": ["", *texts[1:]], "labels": ["pos", "neg"] * 8},
            "folds": {"count": 4},
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 4},
        "encoder": "bag",
        "training": {"epochs": 1},
        "evaluation": {"metrics": ["accuracy"], "baselines": []},
    }


@pytest.mark.parametrize("executor", [[], ["--executor", "processes", "--jobs", "1"]])
def test_those_of_folds_stand_at_the_end(executor, recipe, embedkit_command, tmp_path):
    (tmp_path / "warned.yaml").write_text(json.dumps(recipe))
    done = embedkit_command("run", tmp_path / "warned.yaml", "--out", tmp_path / "run", *executor)
    assert done.code == 0, done.err
    warnings = [line for line in done.err.splitlines() if line.startswith("warning: ")]
    assert [line for line in warnings if "texts are empty" in line] == [
        "warning: data.test: 1 texts are empty: examples 1 (in 1 of 4 folds)",
        "warning: data.train: 1 texts are empty: examples 1 (in 3 of 4 folds)",
    ] or [line for line in warnings if "texts are empty" in line] == [
        "warning: data.train: 1 texts are empty: examples 1 (in 3 of 4 folds)",
        "warning: data.test: 1 texts are empty: examples 1 (in 1 of 4 folds)",
    ]
    assert done.err.splitlines()[-len(warnings) :] == warnings


def collected(*runs):
    """What is said of runs, each a name and its warnings."""
    found = RepeatedWarnings()
    for name, *warnings in runs:
        found.begin(name, len(runs))
        found.heard()
        for warning in warnings:
            found.add(warning)
    return [*found.said()]


def test_those_that_differ_in_figures_are_the_same_and_are_those_of_the_first():
    said = collected(("fold-0", "90.1% of 1,204 tokens"), ("fold-1", "90.4% of 1,199 tokens"), ("fold-2",))
    assert said == ["90.1% of 1,204 tokens (in 2 of 3 folds; the figures are those of fold-0)"]


def test_runs_that_are_no_folds_are_called_runs_and_hints_stay_on_their_lines():
    said = collected(("fold-0-seed-1", "odd\n    try this"), ("fold-0-seed-2", "odd\n    try this"))
    assert said == ["odd (in 2 of 2 runs)\n    try this"]


def test_a_warning_that_one_run_gives_twice_counts_once():
    assert collected(("fold-0", "a", "a"), ("fold-1", "b")) == ["a (in 1 of 2 folds)", "b (in 1 of 2 folds)"]


def test_runs_that_consist_of_others_do_not_count():
    found = RepeatedWarnings()
    for share in (0, 30):
        found.begin(f"hidden-{share}", 2)
        for fold in (0, 1):
            found.begin(f"fold-{fold}", 2)
            found.add("empty texts")
    assert [*found.said()] == ["empty texts (in 4 of 4 folds)"]


def test_a_single_run_collects_nothing():
    found = RepeatedWarnings()
    found.begin("alone", 1)
    assert not found.collecting
