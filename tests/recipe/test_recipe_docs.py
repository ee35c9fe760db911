from __future__ import annotations

import re
from pathlib import Path

import pytest

from embedkit.recipe.baseline import BaselineRecipe
from embedkit.recipe.combinations.ids import LONGEST
from embedkit.recipe.combinations.section import MOST
from embedkit.recipe.document import MAX_DEPTH
from embedkit.recipe.evaluation import EvaluationRecipe
from embedkit.recipe.intrinsic import Intrinsic, IntrinsicRecipe
from embedkit.recipe.load import load_recipe
from embedkit.recipe.schema import EMBEDDING_KEYS, Recipe, VocabularySettings
from embedkit.recipe.sections.data import Data, Folds, Share
from embedkit.recipe.sections.evaluation import Evaluation
from embedkit.recipe.sections.training import Training
from embedkit.recipe.slots import DEFAULTS, SLOTS
from embedkit.recipe.tree import MAX_NODES
from embedkit.recipe.yaml import MAX_BYTES

pytestmark = pytest.mark.core

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "recipes.md").read_text(encoding="utf-8")


SECTIONS = {
    "### Top level": [*Recipe.model_fields],
    "### `data`": [*Data.model_fields],
    "#### Shares (random splits)": [*Share.model_fields],
    "#### Folds (cross-validation)": [*Folds.model_fields],
    "### `vocabulary`": [*VocabularySettings.model_fields],
    "### `embedding`": [*EMBEDDING_KEYS],
    "### `training`": [*Training.model_fields],
    "### `evaluation`": [*Evaluation.model_fields],
    "## Training a baseline as the model": [*BaselineRecipe.model_fields],
    "## Evaluating a trained model": [*EvaluationRecipe.model_fields],
    "## Evaluating word vectors": [*IntrinsicRecipe.model_fields],
}
"""The headings of the page, each with the keys that are explained below it."""


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_key_is_named_and_its_table_is_linked(heading: str):
    section = PAGE.partition(f"\n{heading}\n")[2]
    found = re.search(r"Keys: (.*?)\(\[types and defaults\]\((.*?)\)\)", section, re.DOTALL)
    assert found is not None
    keys = re.findall(r"`(\w+)`", found[1].partition(", by default")[0])
    assert sorted(keys) == sorted(SECTIONS[heading])
    assert found[2].startswith("recipe-keys.md#")


def test_every_key_of_an_intrinsic_evaluation_is_named():
    section = PAGE.partition("\n## Evaluating word vectors\n")[2].partition("\n## ")[0]
    assert [key for key in Intrinsic.model_fields if f"`{key}`" not in section] == []


def test_every_place_of_a_component_is_documented():
    for path, slot in SLOTS.items():
        line = next(line for line in PAGE.splitlines() if f"`{'.'.join(map(str, path))}`" in line)
        kind = slot.kind.replace("oov", "out of vocabulary").replace("-", " ")
        assert kind in re.sub("[-_]", " ", line)
        if path in DEFAULTS:
            assert f"`[{', '.join(DEFAULTS[path])}]`" in line


def test_the_limits_of_a_matrix_are_documented():
    assert f"more than {MOST:,} combinations" in PAGE
    assert f"at most {LONGEST} bytes" in PAGE


def test_the_limits_are_documented():
    for limit in (MAX_NODES, MAX_DEPTH, MAX_BYTES):
        assert re.search(rf"\b{limit}\b", PAGE)


def test_the_recipes_on_the_page_load(written, registry):
    recipes = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert [load_recipe(written(text), registry).name for text in recipes] == [
        "reviews",
        "reviews-nbsvm",
        "evaluate",
        "intrinsic",
        "matrix",
    ]


def test_the_overrides_on_the_page_can_be_made(written, registry):
    text = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
    options = re.findall(r"^\| `--set '?(.*?)'?` \|", PAGE, re.MULTILINE)
    assert len(options) == 9
    for option in options:
        axis = ["matrix.training.lr=[0.3, 0.4]"] if option.startswith("matrix.") else []
        assert load_recipe(written(text), registry, [*axis, option])
