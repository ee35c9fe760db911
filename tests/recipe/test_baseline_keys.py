"""Baselines in recipes: three by default, each once, none where nothing is trained."""

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


def test_a_trained_model_has_no_texts_to_fit_them_to(registry):
    data = {"test": RECIPE["data"]["train"]}
    recipe = {"name": "later", "model": "runs/x", "data": data, "evaluation": {"baselines": ["nbsvm"]}}
    with pytest.raises(RecipeError, match="evaluation: unknown key 'baselines'"):
        load_recipe(recipe, registry)
