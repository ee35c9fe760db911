"""`embedkit compare`: a screenful, one JSON document, or what is wrong."""

from __future__ import annotations

import json
import re

import pytest

import embedkit
from embedkit.cli import main

RECIPE = {
    "name": "small",
    "data": {
        "train": {"use": "inline", "texts": ["good a", "good b", "bad a", "bad b"], "labels": list("ppnn")},
        "test": {"use": "inline", "texts": ["good", "bad", "odd c", "odd"], "labels": list("pnpn")},
    },
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 4},
    "encoder": "bag",
    "training": {"epochs": 30, "lr": 0.1},
    "evaluation": {"baselines": []},
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    home = tmp_path_factory.mktemp("runs")
    made = {"a": {}, "b": {"training.lr": 1e-9}, "c": {}}
    return [embedkit.run(RECIPE, out=home / name, set=changed).path for name, changed in made.items()]


def ran(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["compare", *map(str, arguments)])
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


def test_two_runs_with_the_texts_that_changed_side(runs, capsys):
    code, out, _ = ran(capsys, *runs[:2])
    changed = embedkit.compare(runs[:2]).changed
    assert code == 0
    assert len(changed) > 0
    assert f"{len(changed)} texts changed side" in out
    assert re.search(r"\na +0\.\d{3} +\d ", out)
    assert re.search(r"^4 texts of test  accuracy  only it right  OOV, a  OOV, b$", out, re.MULTILINE)
    assert out.startswith("a and b cannot be told apart: ")
    assert max(map(len, out.splitlines())) <= 80
    out = " ".join(out.split())
    assert all(f"id {example}: " in out for example in changed["id"])
    assert "Of a run with one seed it is not known how much another seed would change." in out


def test_three_runs_two_of_which_are_the_same(runs, capsys):
    code, out, _ = ran(capsys, *runs)
    assert code == 0
    out = " ".join(out.split())
    assert out.startswith("a has the highest accuracy, 0.750; it cannot be told apart from b and c.")
    assert "a and c are right and wrong on the same 4 texts: they predict the same." in out
    assert "p (Holm)" in out


def test_one_json_document_and_nothing_else(runs, capsys):
    code, out, err = ran(capsys, *runs, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == embedkit.compare(runs).to_plain()


def test_one_class(runs, capsys, tmp_path):
    later = {
        "name": "later",
        "data": {"test": {"use": "inline", "texts": ["good", "odd"], "labels": ["p", "p"]}},
    }
    made = [embedkit.run({**later, "model": str(run)}, out=tmp_path / run.name).path for run in runs[:2]]
    code, out, _ = ran(capsys, *made)
    assert code == 0
    assert "All texts are of one class, 'p': accuracy says nothing of the others." in " ".join(out.split())


def test_one_run_is_a_usage_error(runs, capsys):
    code, out, err = ran(capsys, runs[0])
    assert (code, out) == (2, "")
    assert err == "error: there is nothing to compare with: name two runs or more\n"


def test_runs_on_different_examples_say_why(runs, capsys, tmp_path):
    texts = ["good", "bad", "odd c", "even"]
    other = embedkit.run(RECIPE, out=tmp_path / "other", set={"data.test.texts": texts}).path
    code, out, err = ran(capsys, runs[0], other)
    assert (code, out) == (2, "")
    assert err == "error: a and other: example 4 has another text: 'odd' and 'even' (1 of 4 differ)\n"
