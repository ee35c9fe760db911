"""A matrix of word vectors and text encoders: sections of word vectors alone are null for the others."""

from __future__ import annotations

import pytest

import embedkit
from embedkit.errors import RecipeError
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe
from embedkit.recipe.schema import Recipe
from embedkit.recipe.text_encoder import TextEncoderRecipe

NONE = {"tokenizer": None, "oov": None, "vocabulary": None}


def recipe(*include):
    texts = [f"a {word} film {number}" for number in range(6) for word in ("good", "bad")]
    return {
        "name": "both",
        "data": {
            "train": {"use": "inline", "texts": texts, "labels": ["pos", "neg"] * 6},
            "folds": {"count": 2},
        },
        "tokenizer": "whitespace",
        "vocabulary": {"min_count": 2},
        "oov": ["case", "zero"],
        "training": {"epochs": 1},
        "evaluation": {"baselines": []},
        "matrix": {
            "embedding": [{"use": "random", "dim": 3}, {"use": "random", "dim": 4}],
            "encoder": ["bag"],
            "include": [*include],
        },
    }


def test_combinations_of_both_kinds_are_recipes_of_their_own(trigrams):
    registry = build_registry()
    pooled = {"embedding": {"use": "trigrams"}, "encoder": "pooled", **NONE}
    words = {
        "embedding": {"use": "trigrams", "trainable": "all"},
        "encoder": {"use": "cnn", "maps": 3},
        **NONE,
    }
    loaded = load_recipe(recipe(pooled, words), registry)
    kinds = [type(each.recipe) for each in loaded.combinations]
    assert kinds == [Recipe, Recipe, TextEncoderRecipe, TextEncoderRecipe]
    again = load_recipe(loaded.to_plain(), registry)
    assert [each.recipe for each in again.combinations] == [each.recipe for each in loaded.combinations]
    assert [each.id for each in again.combinations] == [each.id for each in loaded.combinations]
    assert again == loaded


@pytest.mark.parametrize("key", NONE)
def test_a_section_that_is_left_to_a_text_encoder_is_named_with_its_combination(trigrams, key):
    item = {"embedding": {"use": "trigrams"}, "encoder": "pooled", **NONE}
    del item[key]
    with pytest.raises(
        RecipeError, match=rf"in combination trigrams--[^:]*: {key}: the text encoder in"
    ) as refused:
        load_recipe(recipe(item), build_registry())
    (fault,) = refused.value.faults
    assert f"{key}: null" in fault.hint


def test_both_kinds_are_trained_and_ranked_together(trigrams, tmp_path):
    item = {"embedding": {"use": "trigrams"}, "encoder": "pooled", **NONE}
    run = embedkit.run(recipe(item), out=tmp_path / "run", executor="serial")
    ranking = run.ranking
    assert len(ranking.candidates) == 3
    assert ranking.failed == {}
    (name,) = [name for name in ranking.candidates if name.startswith("trigrams")]
    assert ranking.candidates[name].coverage == 1.0
