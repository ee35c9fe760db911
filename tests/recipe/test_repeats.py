"""Recipes of several runs: `data.folds` and `seeds`."""

from __future__ import annotations

import pytest

from embedkit.recipe.load import load_recipe
from embedkit.recipe.repeats import single_runs

pytestmark = pytest.mark.core

FOLDS = ["data.folds={count: 3}"]
SEEDS = ["seeds=[5, 4]"]


@pytest.mark.parametrize(
    ("overrides", "names"),
    [
        ([], []),
        (FOLDS, ["fold-0", "fold-1", "fold-2"]),
        (SEEDS, ["seed-4", "seed-5"]),
        (
            ["data.folds={count: 2}", *SEEDS],
            ["fold-0-seed-4", "fold-0-seed-5", "fold-1-seed-4", "fold-1-seed-5"],
        ),
        (["data.folds={count: 3, only: 1}"], []),
        (["data.folds={count: 3, only: 1}", *SEEDS], ["seed-4", "seed-5"]),
    ],
)
def test_the_runs_of_a_recipe(load, overrides, names):
    assert list(single_runs(load(overrides=overrides))) == names


def test_each_is_a_recipe_of_one_run_that_can_be_loaded_again(load, registry):
    singles = single_runs(load(overrides=[*FOLDS, *SEEDS]))
    single = singles["fold-2-seed-5"]
    assert (single.data.folds.only, single.seed, single.seeds) == (2, 5, None)
    assert load_recipe(single.to_plain(), registry) == single
    assert single_runs(single) == {}


def test_without_seeds_the_recipes_own_seed_stays(load):
    assert {single.seed for single in single_runs(load(overrides=FOLDS)).values()} == {7}


def test_a_file_of_folds_is_relative_to_the_recipe_and_an_input(load, tmp_path):
    recipe = load(overrides=["data.folds={count: 3}"])
    assert not [*recipe.files()]
    recipe = load("validation: {share: 0.1}", "folds: {count: 3, file: folds.txt}")
    assert [*recipe.files()] == [("data.folds.file", str(tmp_path / "folds.txt"))]
    recipe = load("validation: {share: 0.1}", 'folds: {count: 3, file: "${DATA}/folds.txt"}')
    assert [*recipe.files()] == [("data.folds.file", "${DATA}/folds.txt")]


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        ("folds: {count: 1}", "data.folds.count: expected at least 2, got the integer 1"),
        ("folds: {count: ten}", "data.folds.count: expected an integer, got the text 'ten'"),
        ("folds: {cuont: 3}", "data.folds: unknown key 'cuont' - did you mean 'count'?"),
        ("folds: 10", "data.folds: expected a mapping, got the integer 10"),
        ("folds: {count: 3, only: 3}", "data.folds.only: there is no fold 3: 3 folds are 0 to 2"),
        ("folds: {count: 3, file: f.txt, seed: 1}", "data.folds.seed: the folds come from a file"),
        (
            "folds: {count: 3, file: f.txt, keep_duplicates_together: true}",
            "data.folds.keep_duplicates_together: the folds come from a file",
        ),
        ("folds: {count: 3}\n  test: {share: 0.1}", "data.test: with data.folds, each fold"),
        ("folds: {count: 3}\n  test: {use: tsv, path: x.tsv}", "data.test: with data.folds, each fold"),
    ],
)
def test_what_is_wrong_with_folds_is_said_with_its_line(faults, yaml, message):
    said = faults("validation: {share: 0.1}", yaml)
    line = 7 if "data.test:" in message else 6
    assert any(text.startswith(f"recipe.yaml:{line}: {message}") for text in said), said


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        ("[1]", "seeds: expected 2 or more items, got 1"),
        ("[1, 2, 1]", "seeds.2: the seed 1 stands here twice"),
        ("[1, -2]", "seeds.1: expected at least 0, got the integer -2"),
        ("[1, x]", "seeds.1: expected an integer, got the text 'x'"),
        ("3", "seeds: expected a list, got the integer 3"),
    ],
)
def test_what_is_wrong_with_seeds_is_said_with_its_line(faults, yaml, message):
    assert faults("seed: 7", f"seeds: {yaml}") == [f"recipe.yaml:3: {message}"]
