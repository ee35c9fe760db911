"""Baselines in recipes: three by default, each once; of a trained model those of its own recipe."""

from __future__ import annotations

import pytest

from embedkit.errors import RecipeError
from embedkit.recipe.load import load_recipe

pytestmark = pytest.mark.core

RECIPE = {
    "name": "small",
    "data": {"train": {"use": "inline", "texts": ["a", "b"], "labels": ["x", "y"]}},
    "tokenizer": "whitespace",
    "embedding": "random",
    "encoder": "bag",
}


def names(registry, **evaluation):
    recipe = load_recipe({**RECIPE, "evaluation": evaluation}, registry)
    return [spec.use for spec in recipe.evaluation.baselines]


def test_three_stand_where_none_are_named(registry):
    assert names(registry) == ["majority", "tfidf-logistic-regression", "nbsvm"]
    assert names(registry, baselines=["naive-bayes"]) == ["naive-bayes"]
    assert names(registry, baselines=[]) == []


def test_each_stands_once(registry):
    with pytest.raises(
        RecipeError, match=r"evaluation\.baselines\.1: the baseline 'nbsvm' stands here twice"
    ):
        names(registry, baselines=[{"use": "nbsvm", "beta": 0.5}, "nbsvm"])


def test_the_nearest_name_is_said(registry):
    with pytest.raises(RecipeError, match="unknown baseline 'nbsvn' - did you mean 'nbsvm'"):
        names(registry, baselines=["nbsvn"])


def of_a_trained_model(registry, overrides=(), **evaluation):
    recipe = {"name": "later", "model": "runs/x", "data": {"test": RECIPE["data"]["train"]}}
    return load_recipe({**recipe, "evaluation": evaluation}, registry, overrides)


@pytest.mark.parametrize("given", [{}, {"baselines": None}])
def test_beside_a_trained_model_they_are_by_default_those_of_its_recipe(registry, given):
    recipe = of_a_trained_model(registry, **given)
    assert recipe.evaluation.baselines is None
    assert "baselines: null" in recipe.to_yaml()
    assert "baseline" not in {kind for _, kind, _ in recipe.components()}


def test_beside_a_trained_model_others_can_be_named(registry):
    recipe = of_a_trained_model(registry, baselines=["majority", {"use": "nbsvm", "beta": 0.5}])
    named = {key: spec for key, kind, spec in recipe.components() if kind == "baseline"}
    assert [*named] == ["evaluation.baselines.0", "evaluation.baselines.1"]
    assert named["evaluation.baselines.1"].parameters["beta"] == 0.5
    assert of_a_trained_model(registry, baselines=[]).evaluation.baselines == ()


@pytest.mark.parametrize(
    ("baselines", "fault"),
    [
        ("[nbsvn]", r"later.yaml:4: evaluation\.baselines\.0: unknown baseline 'nbsvn' - did you mean"),
        ("[{use: nbsvm, beta: 2}]", r"later.yaml:4: evaluation\.baselines\.0\.beta: expected .* 1"),
        ("[nbsvm, nbsvm]", r"later.yaml:4: evaluation\.baselines\.1: the baseline 'nbsvm' stands here twice"),
        ("nbsvm", r"later.yaml:4: evaluation\.baselines: expected a list"),
    ],
)
def test_beside_a_trained_model_they_are_checked_too(registry, tmp_path, baselines, fault):
    file = tmp_path / "later.yaml"
    data = "data: {test: {use: inline, texts: [a], labels: [x]}}"
    file.write_text(f"name: later\nmodel: runs/x\n{data}\nevaluation: {{baselines: {baselines}}}\n")
    with pytest.raises(RecipeError, match=fault):
        load_recipe(file, registry)


def test_those_of_the_models_recipe_cannot_be_changed_one_by_one(registry):
    change = {"evaluation.baselines.0": "nbsvm"}
    what = "there is no list 'evaluation.baselines' here to change: set the whole of it"
    with pytest.raises(RecipeError, match=what):
        of_a_trained_model(registry, change)
    assert of_a_trained_model(registry, {"evaluation.baselines": []}).evaluation.baselines == ()
