"""What docs/how-to/evaluate-vectors.md shows runs."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from gensim.test.utils import datapath

from embedkit.cli import main
from embedkit.recipe.intrinsic import Intrinsic

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "evaluate-vectors.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the files that the page speaks of."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(datapath("euclidean_vectors.bin"), "vectors.bin")
    for name in ("wordsim353.tsv", "questions-words.txt"):
        shutil.copy(datapath(name), name)
    Path("my-pairs.txt").write_text("city town 8\ncity house 5\ncity week 1\n")
    return tmp_path


def run(arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0


def test_its_commands_run(folder, capsys):
    commands = re.findall(r"^embedkit (run .*)$", PAGE, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        run(shlex.split(command))
    assert "wordsim353" in capsys.readouterr().out


def test_its_recipe_runs(folder, capsys):
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    Path("vectors.yaml").write_text(text)
    run(["run", "vectors.yaml"])
    assert re.search(r"my-pairs +3 +0\.0% +3 ", capsys.readouterr().out)


def test_its_python_runs(folder, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(code, "evaluate-vectors.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("0.27")
    assert len(printed) == 1 + 3 + 1 + 14


@pytest.mark.parametrize("key", ["case", "restrict", "missing", "objective"])
def test_its_defaults_are_the_schemas(key):
    default = Intrinsic.model_fields[key].default
    assert f"| `{key}` | `{default}` |" in PAGE
