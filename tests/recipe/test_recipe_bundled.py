from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

import embedkit
from embedkit.errors import RecipeError
from embedkit.recipe import bundled
from embedkit.recipe.bundled import bundled_recipes, find_bundled
from embedkit.recipe.load import load_recipe

pytestmark = pytest.mark.core

NAMES = [
    "best/mr",
    "best/mr-encoder",
    "distilled/mr",
    "evaluate",
    "intrinsic-analogies",
    "intrinsic-similarity",
    "kim2014/mr-gru-nonstatic",
    "kim2014/mr-gru-rand",
    "kim2014/mr-gru-static",
    "kim2014/mr-nonstatic",
    "kim2014/mr-rand",
    "kim2014/mr-static",
    "kim2014/sst1-nonstatic",
    "kim2014/sst1-rand",
    "kim2014/sst1-static",
    "kim2014/sst2-nonstatic",
    "kim2014/sst2-phrases-rand",
    "kim2014/sst2-rand",
    "kim2014/sst2-static",
    "korean",
    "mapped/mr",
    "mapped/mr-nonstatic",
    "mapped/sst2",
    "notebook-random",
    "notebook-word2vec",
    "quickstart",
    "quickstart-extras",
    "quickstart-glove",
    "quickstart-matrix",
    "quickstart-minilm",
    "quickstart-nbsvm",
    "quickstart-static",
    "reviews-random",
    "reviews-word2vec",
    "text-encoders/mr-fine-tuned",
    "text-encoders/mr-frozen",
    "text-encoders/mr-words-cnn",
]


def test_every_bundled_recipe_is_there():
    assert list(bundled_recipes()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_recipe_loads_and_says_how_to_run_it(name, registry):
    recipe = find_bundled(name)
    assert recipe.command.split()[:3] == ["embedkit", "run", name]
    assert recipe.summary
    loaded = load_recipe(name, registry)
    assert loaded.name == name.rpartition("/")[2]
    assert load_recipe(loaded.to_plain(), registry) == loaded


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_can_be_pickled_and_copied(name, registry):
    recipe = load_recipe(name, registry)
    for other in (pickle.loads(pickle.dumps(recipe)), copy.deepcopy(recipe)):
        assert other is not recipe
        assert other == recipe
        assert other.to_plain() == recipe.to_plain()


def test_they_lie_inside_the_package_or_beside_it():
    package = Path(embedkit.__file__).parent
    assert find_bundled("quickstart").path.parent in (package / "recipes", package.parent / "recipes")


def test_a_recipe_in_a_folder_has_the_folder_in_its_name(tmp_path, monkeypatch):
    (tmp_path / "kim2014").mkdir()
    (tmp_path / "kim2014" / "mr-rand.yaml").write_text("# embedkit run kim2014/mr-rand\n# Random vectors.\n")
    (tmp_path / "bare.yaml").write_text("")
    monkeypatch.setattr(bundled, "_directory", lambda: tmp_path)
    assert list(bundled_recipes()) == ["bare", "kim2014/mr-rand"]
    assert find_bundled("kim2014/mr-rand").summary == "Random vectors."
    assert find_bundled("bare").command == ""


def test_an_unknown_name():
    with pytest.raises(RecipeError) as caught:
        find_bundled("quickstrat")
    assert str(caught.value) == (
        f"unknown recipe 'quickstrat' - did you mean 'quickstart'? (allowed: {', '.join(NAMES)})\n"
        "    A recipe of your own is given as a file: recipe.yaml."
    )
