"""The analyses of errors that `embedkit explain` prints."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from rich.cells import cell_len

import embedkit
from embedkit.errors import RunError
from embedkit.report.terminal.error_analyses import ANALYSES, print_error_analyses
from embedkit.report.terminal.screen import Screen
from embedkit.runs.errors import RunErrors


def run_of(tests, labels, out):
    recipe = {
        "name": "small",
        "data": {
            "train": {"use": "inline", "texts": ["good film", "bad film"] * 6, "labels": ["ja", "nein"] * 6},
            **({"test": {"use": "inline", "texts": tests, "labels": labels}} if tests else {}),
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 4},
        "encoder": "bag",
        "training": {"epochs": 1},
        "evaluation": {"metrics": ["accuracy"], "baselines": []},
    }
    return embedkit.run(recipe, out=out)


def printed(run):
    screen = Screen(file=StringIO(), width=80)
    print_error_analyses(run, screen)
    return screen.file.getvalue()


def test_the_lines_are_named_after_the_analyses_of_a_run():
    assert {name.replace(" ", "_") for name in ANALYSES} <= {*vars(RunErrors)}


@pytest.mark.parametrize(
    ("tests", "labels"),
    [
        (["good", "bad", ""] * 4, ["ja", "nein", "ja"] * 4),
        (["日本語 長い 文章 👩‍👩‍👧 שלום " * 9, "good \x1b[31m"] * 5, ["ja", "nein"] * 5),
        (["good"], ["ja"]),
        (["good", "bad"] * 5, ["ja"] * 10),
    ],
)
def test_few_odd_empty_texts_and_one_class_are_analysed(tests, labels, tmp_path):
    said = printed(run_of(tests, labels, tmp_path / "run"))
    assert said.startswith("\nerrors on held-out texts\n")
    assert max(map(cell_len, said.splitlines())) <= 80
    assert "\x1b" not in said


def test_those_that_cannot_be_made_are_named_with_the_reason_once(tmp_path):
    run = run_of([], [], tmp_path / "run")
    with pytest.raises(RunError):
        _ = run.errors.held_out
    said = " ".join(printed(run).split())
    (reason,) = re.findall(r"Left out: (.+): this run has no predictions of held-out texts", said)
    assert reason.startswith("curves, never right")
