from __future__ import annotations

import re
from pathlib import Path

import pytest

from embedkit.recipe.combinations.ids import LONGEST
from embedkit.recipe.combinations.section import MOST
from embedkit.recipe.document import MAX_DEPTH
from embedkit.recipe.dump import dump
from embedkit.recipe.intrinsic import Intrinsic, IntrinsicRecipe
from embedkit.recipe.load import load_recipe
from embedkit.recipe.schema import (
    WORDS_AND_MARKS,
    BaselineRecipe,
    EmbeddingSpec,
    EvaluationRecipe,
    Recipe,
    VocabularySettings,
)
from embedkit.recipe.sections.data import Data, Folds, Share
from embedkit.recipe.sections.evaluation import BaselineEvaluation, Evaluation, ModelEvaluation
from embedkit.recipe.sections.section import Section
from embedkit.recipe.sections.training import Training
from embedkit.recipe.slots import DEFAULTS, SLOTS
from embedkit.recipe.tree import MAX_NODES
from embedkit.recipe.yaml import MAX_BYTES

pytestmark = pytest.mark.core

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "recipes.md").read_text(encoding="utf-8")


def row(key: str, default: str) -> str:
    return f"| `{key}` | {default} |".replace("|  |", "| |")


@pytest.mark.parametrize("section", [Data, Share, Folds, VocabularySettings, Training, Evaluation])
def test_every_key_is_documented_with_its_default(section: type[Section]):
    for key, field in section.model_fields.items():
        if ("evaluation", key) in DEFAULTS and section is Evaluation:
            default = f"`[{', '.join(DEFAULTS['evaluation', key])}]`"
        else:
            default = "" if field.is_required() else f"`{dump(field.default).splitlines()[0]}`"
        assert row(key, default) in PAGE, key


def test_every_section_is_documented():
    for key in Recipe.model_fields:
        assert f"| `{key}` |" in PAGE
    assert row("seed", "`0`") in PAGE
    assert row("seeds", "`null`") in PAGE
    assert row("trainable", f"`{EmbeddingSpec.model_fields['trainable'].default}`") in PAGE
    assert row("unseen", f"`{EmbeddingSpec.model_fields['unseen'].default}`") in PAGE
    trained = PAGE.partition("## Training a baseline as the model")[2].partition("\n## ")[0]
    for key in BaselineRecipe.model_fields:
        assert re.search(rf"[|,] `{key}(\.\w+)?`[ ,]", trained), key
    for key in EvaluationRecipe.model_fields:
        assert re.search(rf"\| `{key}(\.\w+)?` \|", PAGE.partition("## Evaluating a trained model")[2])
    for key in IntrinsicRecipe.model_fields:
        assert re.search(rf"\| `{key}(\.\w+)?` \|", PAGE.partition("## Evaluating word vectors")[2])


def test_every_key_of_an_intrinsic_evaluation_is_documented_with_its_default():
    for key, field in Intrinsic.model_fields.items():
        default = "[]" if field.default == () else dump(field.default).splitlines()[0]
        assert row(f"intrinsic.{key}", f"`{default}`") in PAGE, key


def test_every_key_of_an_evaluation_of_a_model_is_documented_with_its_default():
    for key, field in ModelEvaluation.model_fields.items():
        named = DEFAULTS["evaluation", key] if field.is_required() else field.default
        default = f"[{', '.join(named)}]" if field.is_required() else dump(named).splitlines()[0]
        assert row(f"evaluation.{key}", f"`{default}`") in PAGE, key


def test_every_key_of_the_evaluation_of_a_baseline_is_documented_with_its_default():
    for key, field in BaselineEvaluation.model_fields.items():
        default = DEFAULTS["evaluation", key] if field.is_required() else field.default
        shown = f"[{', '.join(default)}]" if isinstance(default, tuple) else dump(default).splitlines()[0]
        assert row(f"evaluation.{key}", f"`{shown}`") in PAGE, key
    pattern = WORDS_AND_MARKS["pattern"].replace("|", "\\|")
    assert row("tokenizer", f"`{{use: regex, pattern: {pattern}, lowercase: true}}`") in PAGE


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
