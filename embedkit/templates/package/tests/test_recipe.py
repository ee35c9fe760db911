"""The example runs, from the texts to the figures."""

from __future__ import annotations

from pathlib import Path

from embedkit.plugin_api import run

RECIPE = Path(__file__).parents[1] / "recipe.yaml"


def test_the_recipe_runs(tmp_path: Path) -> None:
    finished = run(RECIPE, out=tmp_path / "run")
    assert 0 <= finished.metrics["train"]["accuracy"] <= 1
