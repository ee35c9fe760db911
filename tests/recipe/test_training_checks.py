"""The section `training`: what pydantic cannot know of one key alone."""

from __future__ import annotations

import pytest

from embedkit.errors import RecipeError
from embedkit.recipe.load import load_recipe

pytestmark = pytest.mark.core

RECIPE = {
    "name": "tiny",
    "data": {"train": {"use": "inline", "texts": ["good", "bad"], "labels": ["pos", "neg"]}},
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 4},
    "encoder": {"use": "rnn", "hidden_size": 3},
    "evaluation": {"metrics": ["accuracy", "confusion-matrix"]},
}
VALIDATION = {"data.validation": {"share": 0.5}}


def said(registry, overrides):
    """What is said of the recipe with `overrides`: one text for each fault."""
    with pytest.raises(RecipeError) as caught:
        load_recipe(RECIPE, registry, overrides)
    return [str(fault).partition("training.")[2] for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            {"training.bucket": True, "training.shuffle": False},
            "bucket: buckets mix the order of the examples, and 'shuffle: false' keeps it",
        ),
    ],
)
def test_what_would_have_no_effect_is_refused(registry, overrides, message):
    assert said(registry, overrides) == [message]
