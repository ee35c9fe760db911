from __future__ import annotations

from pathlib import Path

import pytest

from embedkit.errors import ComponentError, RecipeError
from embedkit.recipe.evaluation import EvaluationRecipe
from embedkit.recipe.load import load_recipe
from embedkit.recipe.schema import Recipe
from embedkit.recipe.sections.data import Share
from embedkit.recipe.sections.section import ComponentSpec

pytestmark = pytest.mark.core


def test_every_default_is_filled_in(load, tmp_path):
    recipe = load()
    assert recipe.name == "small"
    assert recipe.data.train.parameters["quoting"] is False
    assert recipe.data.validation == Share(share=0.1, stratify=True)
    assert recipe.data.test is None
    assert recipe.tokenizer.use == "nltk-word"
    assert recipe.tokenizer.parameters["language"] == "english"
    assert recipe.embedding.trainable == "missing"
    assert recipe.training.lr == 0.005
    assert recipe.training.optimizer == "adam"
    assert [metric.use for metric in recipe.evaluation.metrics] == ["accuracy", "f1"]


def test_oov_and_metrics_have_defaults(load):
    assert [policy.use for policy in load("oov: [zero]\n", "").oov] == ["zero"]
    without = load("evaluation: {metrics: [accuracy, f1], threshold: 0.4}\n", "")
    assert without.evaluation.metrics == (ComponentSpec(use="accuracy", parameters={}),)
    partly = load("metrics: [accuracy, f1], ", "")
    assert [metric.use for metric in partly.evaluation.metrics] == ["accuracy"]


def test_the_name_is_by_default_the_file_s(load):
    assert load("name: small\n", "").name == "recipe"


def test_a_bare_name_is_a_mapping_with_use(load):
    assert load("nltk-word", "{use: nltk-word}") == load()


def test_yaml_round_trips(load, registry, written):
    for recipe in (load(), load("tokenizer: nltk-word", 'tokenizer: {use: regex, pattern: "[a-z]+|yes"}')):
        assert load_recipe(written(recipe.to_yaml()), registry) == recipe
        assert load_recipe(recipe.to_plain(), registry) == recipe


def test_keys_are_written_in_the_order_of_the_schema(load):
    assert list(load("seed: 7\n", "").to_plain()) == list(Recipe.model_fields)


def test_a_recipe_is_frozen_at_every_depth(load):
    recipe = load()
    with pytest.raises(ValueError, match="frozen"):
        recipe.seed = 1
    with pytest.raises(TypeError, match="does not support item assignment"):
        recipe.encoder.parameters["hidden_size"] = 1
    assert recipe.data.train.parameters["columns"] == ("label", "text")


def test_loading_touches_no_file_that_the_recipe_names(load, tmp_path):
    assert not (tmp_path / "reviews.tsv").exists()
    assert load().data.train.parameters["path"] == str(tmp_path / "reviews.tsv")


def test_a_recipe_with_a_model_evaluates(written, registry, tmp_path):
    text = "model: runs/x\ndata:\n  test: {use: tsv, path: t.tsv}\n"
    recipe = load_recipe(written(text), registry)
    assert isinstance(recipe, EvaluationRecipe)
    assert recipe.model == str(tmp_path / "runs/x")
    assert recipe.evaluation.threshold is None
    assert load_recipe(written(recipe.to_yaml()), registry) == recipe


def test_a_recipe_with_a_model_has_no_component_sections(faults, load):
    said = "(allowed: name, model, data, evaluation)"
    assert faults("seed: 7", "model: runs/x") == [
        "recipe.yaml:4: data: missing key 'test'",
        "recipe.yaml:5: data: unknown key 'train' (allowed: test, in_memory)",
        "recipe.yaml:6: data: unknown key 'validation' (allowed: test, in_memory)",
        "recipe.yaml:7: data: unknown key 'max_length' (allowed: test, in_memory)",
        f"recipe.yaml:8: unknown key 'tokenizer' {said}",
        f"recipe.yaml:9: unknown key 'vocabulary' {said}",
        f"recipe.yaml:10: unknown key 'embedding' {said}",
        f"recipe.yaml:11: unknown key 'oov' {said}",
        f"recipe.yaml:12: unknown key 'encoder' {said}",
        f"recipe.yaml:13: unknown key 'training' {said}",
    ]


def test_a_mapping_is_a_recipe(registry, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    source = {
        "name": "from-python",
        "data": {"train": {"use": "tsv", "path": Path("reviews.tsv"), "columns": ("label", "text")}},
        "tokenizer": "whitespace",
        "embedding": {"use": "random"},
        "encoder": "rnn",
    }
    recipe = load_recipe(source | {"encoder": {"use": "rnn", "hidden_size": 3}}, registry)
    assert recipe.data.train.parameters["path"] == str(tmp_path / "reviews.tsv")
    assert recipe.data.train.parameters["columns"] == ("label", "text")


def test_a_mapping_holds_plain_data(registry):
    with pytest.raises(RecipeError) as caught:
        load_recipe({"name": {1}, "seed": b"1", "tokenizer": "\ud800"}, registry)
    assert str(caught.value).split("\n") == [
        "recipe: name: expected plain data (texts, numbers, lists, mappings), got {1}",
        "recipe: seed: expected plain data (texts, numbers, lists, mappings), got b'1'",
        "recipe: tokenizer: the text '\\ud800' is not valid Unicode",
    ]


def test_a_mapping_inside_itself(registry):
    bomb: list[object] = []
    bomb += [bomb, bomb]
    with pytest.raises(
        RecipeError, match="^recipe: data: more than 40 mappings and lists inside one another$"
    ):
        load_recipe({"data": bomb}, registry)


def test_a_bundled_recipe_is_loaded_by_name(registry):
    assert load_recipe("notebook-random", registry).name == "notebook-random"


def test_an_unknown_recipe_names_the_nearest(registry, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecipeError, match="^unknown recipe 'quickstrat' - did you mean 'quickstart'"):
        load_recipe("quickstrat", registry)


def test_a_recipe_that_is_not_there(registry, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecipeError, match="^x.yaml: cannot be read: No such file or directory$"):
        load_recipe("x.yaml", registry)
    with pytest.raises(RecipeError, match="is a directory, where a recipe is expected$"):
        load_recipe(tmp_path, registry)


def test_a_bare_name_is_a_bundled_recipe_whatever_lies_here(written, registry, tmp_path):
    written("name: mine\n")
    (tmp_path / "recipe.yaml").rename(tmp_path / "notebook-random")
    assert load_recipe("notebook-random", registry).name == "notebook-random"


def test_a_file_may_be_called_anything(written, registry, tmp_path):
    written("model: x\ndata: {test: {use: tsv, path: y}}")
    (tmp_path / "recipe.yaml").rename(tmp_path / "eval.recipe")
    assert load_recipe("./eval.recipe", registry).name == "eval"


def test_a_policy_that_does_not_say_whether_it_is_total(load, monkeypatch, registry):
    monkeypatch.setattr(registry.get("oov", "zero").factory, "total", None)
    with pytest.raises(ComponentError, match="expected a class attribute 'total', True or False"):
        load()
