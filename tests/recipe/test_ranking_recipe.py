"""The recipe of a ranking: its candidates are recipes of their own, and faults name the candidate."""

import pytest

from embedkit.errors import RecipeError
from embedkit.plugin.registry import build_registry
from embedkit.recipe.baseline import BaselineRecipe
from embedkit.recipe.load import load_recipe, load_single
from embedkit.recipe.ranking import RankingRecipe
from embedkit.recipe.schema import Recipe

pytestmark = pytest.mark.core

YAML = """\
name: bags
ranking: {alpha: 0.1, metric: f1}
candidates:
  nbsvm:
    data: {train: {use: csv, path: reviews.csv}, folds: {count: 3}}
    baseline: nbsvm
    evaluation: {metrics: [f1]}
  bag-of-vectors:
    data: {train: {use: csv, path: reviews.csv}, folds: {count: 3}}
    tokenizer: whitespace
    embedding: {use: random, dim: 8}
    encoder: bag
"""


@pytest.fixture(scope="module")
def registry():
    return build_registry()


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "ranking.yaml"
        path.write_text(text)
        return path

    return write


def test_candidates_are_recipes_with_their_defaults_and_paths_beside_the_file(write, registry, tmp_path):
    recipe = load_recipe(write(YAML), registry)
    assert isinstance(recipe, RankingRecipe)
    assert (recipe.ranking.alpha, recipe.ranking.race, recipe.ranking.metric) == (0.1, True, "f1")
    assert isinstance(recipe.candidates["nbsvm"], BaselineRecipe)
    bag = recipe.candidates["bag-of-vectors"]
    assert isinstance(bag, Recipe)
    assert bag.name == "bag-of-vectors"
    assert bag.data.train.parameters["path"] == str(tmp_path / "reviews.csv")


def test_what_is_written_loads_to_the_same_recipe(write, registry, tmp_path):
    recipe = load_recipe(write(YAML), registry)
    again = tmp_path / "again.yaml"
    again.write_text(recipe.to_yaml())
    assert load_recipe(again, registry) == recipe


def test_a_fault_names_the_candidate_its_key_and_line(write, registry):
    path = write(YAML.replace("dim: 8", "dim: many").replace("baseline: nbsvm", "baseline: nbsvn"))
    with pytest.raises(RecipeError) as raised:
        load_recipe(path, registry)
    told = [str(fault) for fault in raised.value.faults]
    assert len(told) == 2
    assert told[0].startswith(f"{path}:6: candidates.nbsvm.baseline: unknown baseline 'nbsvn'")
    assert "nbsvm" in told[0].partition("nbsvn")[2]
    assert told[1].startswith(f"{path}:11: candidates.bag-of-vectors.embedding.dim: ")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("nbsvm:\n", "a b:\n", "'a b' is no name of a candidate"),
        ("alpha: 0.1", "alpha: 2", "alpha"),
        ("ranking:", "rankin:", "unknown key 'rankin'"),
    ],
)
def test_other_faults_are_told(write, registry, before, after, said):
    with pytest.raises(RecipeError, match=said):
        load_recipe(write(YAML.replace(before, after, 1)), registry)


@pytest.mark.parametrize("candidates", ["[]", "{}", "3", "{a: 3}"])
def test_candidates_have_to_be_recipes(write, registry, candidates):
    with pytest.raises(RecipeError, match="candidates"):
        load_recipe(write(f"name: none\ncandidates: {candidates}\n"), registry)


def test_a_single_recipe_is_expected_elsewhere(write, registry):
    with pytest.raises(RecipeError, match="embedkit rank"):
        load_single(write(YAML), registry)
