from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedkit.errors import RecipeError
from embedkit.recipe.evaluation import EvaluationRecipe
from embedkit.recipe.load import load_recipe
from embedkit.recipe.schema import Recipe

pytestmark = pytest.mark.core

Loaded = Recipe | EvaluationRecipe

TOKENS = [
    "",
    " ",
    "\n",
    "  ",
    ":",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    "!!x ",
    "#",
    "'",
    '"',
    "|",
    ">",
]
TOKENS += [
    "?",
    "%",
    "@",
    "~",
    "null",
    "true",
    "1e-3",
    "0x",
    "-1",
    "1" * 5000,
    "\t",
    "\x00",
    "\u2028",
    "é",
    "use",
    "share",
]
TOKENS += ["---\n", "...\n", "path", "zero", "model", "<<"]


def attempt(action: Callable[[], Loaded]) -> Loaded | RecipeError:
    """What `action` gives, or the one error that a recipe may raise."""
    try:
        return action()
    except RecipeError as error:
        return error


def mutate(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice([0, 0, 1, 2, 8]))
        text = text[:start] + chance.choice(TOKENS) + text[end:]
    return text


def test_mutated_recipes_load_or_say_why_not(written, registry, well_formed):
    chance = random.Random(7)
    loaded = 0
    for _ in range(1500):
        path = written(mutate(well_formed, chance))
        outcome = attempt(lambda path=path: load_recipe(path, registry))
        if isinstance(outcome, RecipeError):
            assert all(re.match(r"recipe\.yaml:\d+: \S", str(fault)) for fault in outcome.faults)
        else:
            loaded += 1
            assert load_recipe(written(outcome.to_yaml()), registry) == outcome
    assert 50 < loaded < 1450


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(TOKENS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["use", "share", "path", "dim", "a", "test"]), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = [
    "seed",
    "name",
    "model",
    "data",
    "data.train",
    "data.train.path",
    "data.validation",
    "data.labels",
    "oov",
]
KEYS += [
    "oov.0",
    "tokenizer",
    "tokenizer.language",
    "embedding",
    "embedding.trainable",
    "embedding.unseen",
    "embedding.sources",
    "encoder",
    "training",
]
KEYS += ["training.lr", "evaluation", "evaluation.metrics", "evaluation.metrics.0", "vocabulary", "a.b.c", ""]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=3))
def test_overrides_with_any_values_load_or_say_why_not(load, registry, overrides):
    outcome = attempt(lambda: load(overrides=overrides))
    if isinstance(outcome, RecipeError):
        assert outcome.faults
    else:
        assert load_recipe(outcome.to_plain(), registry) == outcome


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text() | st.builds("{}={}".format, st.sampled_from(KEYS), st.text()), max_size=3))
def test_any_set_options_load_or_say_why_not(load, overrides):
    assert attempt(lambda: load(overrides=overrides))
