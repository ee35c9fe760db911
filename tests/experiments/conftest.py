from __future__ import annotations

import pytest

from embedkit.experiments.plan import Job
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe
from embedkit.runs.axes import Axes

TEXTS = [f"{mood} {thing}" for mood in ("good", "fine", "bad", "poor") for thing in ("film", "plot")]
LABELS = ["pos"] * 4 + ["neg"] * 4
RECIPE = {
    "name": "small",
    "data": {"train": {"use": "inline", "texts": TEXTS, "labels": LABELS}, "test": {"share": 0.25}},
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 4},
    "encoder": "bag",
    "training": {"epochs": 1, "batch_size": 4},
    "evaluation": {"baselines": []},
}


@pytest.fixture(scope="session")
def small_recipe():
    return RECIPE


@pytest.fixture
def small():
    """A recipe of one small run."""
    return RECIPE


@pytest.fixture
def job_of():
    """Makes a job of a small recipe with some keys changed; `id` is the name of its directory."""

    def job_of(id="a", seed=0, **changed):
        recipe = load_recipe({**RECIPE, "seed": seed}, build_registry(), changed).to_plain()
        return Job(id, id, Axes.of(recipe), recipe)

    return job_of
