"""The page of commands names every one; its example runs, and those of the run directory and of training."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from embedkit.cli import main
from embedkit.cli.program import COMMANDS, program
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PAGE = (REFERENCE / "commands.md").read_text(encoding="utf-8")
RUN_DIRECTORY = (REFERENCE / "run-directory.md").read_text(encoding="utf-8")
TRAINING = (REFERENCE / "training.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"^\$ embedkit (.+)$", PAGE, re.MULTILINE)

REST = """
data:
  train: {use: inline, texts: [a, b], labels: [x, y]}
  validation: {share: 0.1}
tokenizer: whitespace
embedding: {use: random, dim: 2}
encoder: bag
"""


def names() -> Iterator[str]:
    """Yield the name of every command, with the name of its group before it."""
    context = click.Context(program)
    for name in COMMANDS:
        command = program.get_command(context, name)
        assert command is not None
        yield name
        for below in getattr(command, "commands", ()):
            yield f"{name} {below}"


@pytest.mark.core
@pytest.mark.parametrize("name", [*names()])
def test_every_command_is_documented(name: str):
    group, _, command = name.partition(" ")
    assert re.search(rf"`(embedkit )?{group}\b[^`]*{command}", PAGE)


def test_the_example_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert len(EXAMPLE) == 4
    for command in EXAMPLE:
        shorter = ["--set", "training.epochs=1"] if command.startswith("run") else []
        with pytest.raises(SystemExit) as ended:
            main([*shlex.split(command), *shorter])
        assert ended.value.code == 0, capsys.readouterr().err
        assert capsys.readouterr().out
    (code,) = re.findall(r"```python\n(.*?)```", RUN_DIRECTORY, re.DOTALL)
    exec(compile(code, "run-directory.md", "exec"), {})


@pytest.mark.core
def test_the_section_on_the_page_of_training_is_valid(tmp_path):
    first, second = re.findall(r"```yaml\n(.*?)```", TRAINING, re.DOTALL)
    (tmp_path / "recipe.yaml").write_text(REST + first, encoding="utf-8")
    read = load_recipe(tmp_path / "recipe.yaml", build_registry())
    assert read.training.optimizer == "adamw"
    assert read.training.early_stopping is not None
    computed = {"name": "computed", **yaml.safe_load(REST), **yaml.safe_load(second)}
    assert load_recipe(computed, build_registry()).training.optimizer == "lbfgs"
