"""What is said where a list of a resumed recipe has changed, such as an axis of a matrix."""

from __future__ import annotations

import pytest

from embedkit.errors import RunError
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe
from embedkit.runs.resume_checks import refuse_other_recipe

MATRIX = {
    "name": "small",
    "data": {"train": {"use": "inline", "texts": ["a", "b"], "labels": ["x", "y"]}, "test": {"share": 0.5}},
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 2},
    "encoder": "bag",
    "matrix": {"training.lr": [0.1, 0.2]},
}


def test_both_lists_are_shown(tmp_path):
    registry = build_registry()
    (tmp_path / "recipe.yaml").write_text(load_recipe(MATRIX, registry).to_yaml(), encoding="utf-8")
    refuse_other_recipe(tmp_path, load_recipe(MATRIX, registry))
    with pytest.raises(RunError, match=r"matrix\.training\.lr was \[0\.1, 0\.2\] and is \[0\.1, 0\.3\]"):
        refuse_other_recipe(tmp_path, load_recipe(MATRIX, registry, {"matrix.training.lr": [0.1, 0.3]}))
