"""The page on cross-validation: its recipe and its commands run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import embedkit
from embedkit.cli import main

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "cross-validate.md").read_text(encoding="utf-8")
RECIPE, FOLDS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^\$ embedkit (.+)$", PAGE, re.MULTILINE)
SHORTER = ["--set", "seeds=[1, 2]", "--set", "data.folds.count=4", "--set", "training.epochs=1"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{'pos' if i % 2 else 'neg'}\t{'good' if i % 2 else 'bad'} film {i}" for i in range(40)]
    Path("reviews.tsv").write_text("\n".join(["label\ttext", *rows]) + "\n")
    return tmp_path


def run(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code == 0


def test_the_commands_of_the_page(folder, capsys):
    Path("crossed.yaml").write_text(RECIPE)
    first, *others = (shlex.split(command) for command in COMMANDS)
    run(*first, *SHORTER)
    printed = capsys.readouterr()
    assert re.match(r"Accuracy on test is \d\.\d{3}, the mean of 4 folds with 2 seeds each", printed.out)
    assert "run 8 of 8: fold-3-seed-2" in printed.err
    for command in others:
        run(*command)
    printed = capsys.readouterr()
    assert re.search(r"fold-3-seed-2 +10 +0\.\d{3} +\d\.\d{3}\n", printed.out)
    assert re.search(r"95% from +-?\d\.\d{3} ", printed.out)
    run(*first, *SHORTER, "--resume")
    assert "is finished" in capsys.readouterr().err
    done = embedkit.Run("runs/crossed")
    assert [*done.predictions.groupby("seed")["id"].count()] == [40, 40]
    assert len(done.folds) == 8


def test_given_folds(folder):
    Path("folds.txt").write_text("0\n1\n2\n3\n" * 10)
    Path("crossed.yaml").write_text(RECIPE.replace("  folds: {count: 10}\n", FOLDS.replace("10", "4")))
    arguments = ["run", "crossed.yaml", "--out", "one", "--set", "data.folds.only=3", "--set", "seeds=null"]
    run(*arguments, "--set", "training.epochs=1", "-q")
    assert embedkit.Run("one").predictions.query("split == 'test'")["id"].tolist() == [*range(4, 41, 4)]
