"""The page on static models: its recipes are valid, and its commands run where the packages are installed."""

from __future__ import annotations

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

from embedkit.cli import main
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "use-static-models.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^\$ embedkit (.+)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("section", SECTIONS)
def test_the_recipes_are_valid(section, tmp_path):
    texts = "{use: inline, texts: [good, bad], labels: [a, b]}"
    (tmp_path / "recipe.yaml").write_text(f"name: x\ndata: {{train: {texts}}}\n{section}", encoding="utf-8")
    recipe = load_recipe(tmp_path / "recipe.yaml", build_registry())
    assert (recipe.embedding.trainable, recipe.embedding.unseen) == ("none", "lookup")


def test_three_recipes_and_two_commands_are_shown():
    assert (len(SECTIONS), len(COMMANDS)) == (3, 2)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_run(command, capsys):
    package = re.search(r"package:(\w+)", command)[1]
    if find_spec(package) is None:
        pytest.skip(f"the package {package} is not installed: the page says how")
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(command))
    assert (ended.value.code, capsys.readouterr().err) == (0, "")
