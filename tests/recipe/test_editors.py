"""Recipes name a JSON Schema beside them, by which editors complete and check them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from embedkit.recipe.bundled import bundled_recipes
from embedkit.recipe.editors import SCHEMA_FILE, naming_schema_beside, schema_text
from embedkit.recipe.load import load_recipe

pytestmark = pytest.mark.core

RECIPES = bundled_recipes()
COMMENT = re.compile(r"^# yaml-language-server: \$schema=(\S+)$")
TEXTS = {"train": {"use": "tsv", "path": "reviews.tsv"}, "folds": {"count": 3}}
MODEL = {"data": TEXTS, "tokenizer": "whitespace", "embedding": "random", "encoder": "bag"}
SEVERAL = {
    "ranking": {"candidates": {"bag": MODEL, "nbsvm": {"data": TEXTS, "baseline": "nbsvm"}}},
    "matrix": {**MODEL, "matrix": {"training.lr": [0.1, 0.01], "exclude": [{"training.lr": 0.1}]}},
}


def schema_of(path: Path) -> Path:
    """Return the schema that a recipe names, from the folder that the recipe is in."""
    (named,) = filter(None, map(COMMENT.match, path.read_text(encoding="utf-8").splitlines()[:3]))
    return (path.parent / named[1]).resolve()


@pytest.fixture(scope="module")
def validator():
    """A validator by the schema in the folder of the bundled recipes."""
    jsonschema = pytest.importorskip("jsonschema")
    (path,) = {schema_of(recipe.path) for recipe in RECIPES.values()}
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("name", RECIPES)
def test_a_bundled_recipe_names_a_schema_by_which_it_is_valid(name, validator):
    recipe = yaml.safe_load(RECIPES[name].path.read_text(encoding="utf-8"))
    validator.validate(recipe)
    assert not validator.is_valid({**recipe, "trainig": {}})


@pytest.mark.parametrize("name", SEVERAL)
def test_recipes_that_stand_for_several_are_valid_by_it(name, validator):
    validator.validate(SEVERAL[name])
    assert not validator.is_valid({**SEVERAL[name], "trainig": {}})


@pytest.mark.parametrize("name", RECIPES)
def test_the_comment_changes_nothing_of_a_recipe(name, registry, tmp_path):
    text = RECIPES[name].path.read_text(encoding="utf-8")
    without = "".join(line for line in text.splitlines(True) if not COMMENT.match(line.rstrip()))
    assert len(text.splitlines()) - len(without.splitlines()) == 1
    (tmp_path / "one").mkdir()
    one, two = tmp_path / RECIPES[name].path.name, tmp_path / "one" / RECIPES[name].path.name
    one.write_text(text, encoding="utf-8")
    two.write_text(without, encoding="utf-8")
    assert load_recipe(one, registry).to_yaml() == load_recipe(two, registry).to_yaml().replace(
        str(two.parent), str(one.parent)
    )


def test_the_schema_has_the_components_of_the_registry(registry):
    schema = json.loads(schema_text(registry.only_bundled()))
    assert {"csv", "inline"} <= {each.get("title") for each in schema["$defs"]["reader"]["anyOf"]}


def test_other_comments_stay_as_they_are():
    text = b"# run\r\n# yaml-language-server: $schema=../../else.json\r\n# $schema=other.json\r\nname: x\r\n"
    changed = text.replace(b"../../else.json", b"./" + SCHEMA_FILE.encode())
    assert naming_schema_beside(text) == changed
    assert naming_schema_beside(b"name: x\n") == b"name: x\n"
