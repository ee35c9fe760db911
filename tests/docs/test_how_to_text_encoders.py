"""The page on text encoders: its recipes are valid, and its table of keys is that of the component."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from embedkit.plugin.registry import build_registry
from embedkit.recipe.bundled import bundled_recipes
from embedkit.recipe.load import load_recipe

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "use-text-encoders.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("section", SECTIONS)
def test_the_recipes_are_valid(section, tmp_path):
    texts = "{use: inline, texts: [good, bad], labels: [a, b]}"
    (tmp_path / "recipe.yaml").write_text(f"name: x\ndata: {{train: {texts}}}\n{section}", encoding="utf-8")
    recipe = load_recipe(tmp_path / "recipe.yaml", build_registry())
    assert recipe.embedding.use == "transformers"


def test_three_recipes_are_shown():
    assert len(SECTIONS) == 3


def test_the_keys_of_the_table_and_path_are_all_there_are():
    keys = re.findall(r"^\| `(\w+)` \|", PAGE.partition("| key | |")[2].partition("\n\n")[0], re.MULTILINE)
    component = build_registry().get("text-encoder", "transformers")
    assert {"path", *keys} == {*component.parameters.model_fields}


def test_the_recipe_that_it_names_is_there():
    assert "embedkit run quickstart-minilm" in PAGE
    assert bundled_recipes()["quickstart-minilm"].command == "embedkit run quickstart-minilm"
