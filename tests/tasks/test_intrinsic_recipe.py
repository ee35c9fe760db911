"""Recipes of intrinsic evaluations: what they say, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedkit.errors import RecipeError
from embedkit.plugin.registry import build_registry
from embedkit.recipe.intrinsic import IntrinsicRecipe
from embedkit.recipe.load import load_recipe

pytestmark = pytest.mark.core

VECTORS = {"use": "word2vec-binary", "path": "vectors.bin"}
PAIRS = {"similarity": ["pairs.txt"]}


@pytest.fixture(scope="module")
def registry():
    return build_registry()


@pytest.fixture
def load(registry, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def load(overrides=(), **changed):
        recipe = {"name": "vectors", "embedding": VECTORS, "intrinsic": PAIRS, **changed}
        return load_recipe(recipe, registry, overrides)

    return load


@pytest.fixture
def faults(load):
    def faults_of(overrides=(), **changed):
        with pytest.raises(RecipeError) as caught:
            load(overrides, **changed)
        return [fault.what for fault in caught.value.faults]

    return faults_of


def test_the_defaults_are_gensims(load):
    recipe = load()
    assert isinstance(recipe, IntrinsicRecipe)
    section = recipe.to_plain()["intrinsic"]
    assert (section["case"], section["restrict"], section["missing"]) == ("fold", 300_000, "skip")
    assert (section["objective"], section["analogies"], recipe.oov) == ("3cosadd", [], ())


def test_it_loads_again_from_what_it_is_saved_as(load, registry, tmp_path):
    recipe = load(oov=["case", {"use": "digits"}], intrinsic={**PAIRS, "restrict": None, "missing": "zero"})
    (tmp_path / "saved.yaml").write_text(recipe.to_yaml())
    assert load_recipe(tmp_path / "saved.yaml", registry) == recipe
    assert [spec.use for spec in recipe.oov] == ["case", "digits"]


def test_files_are_relative_to_the_recipe_and_those_of_overrides_to_the_current_folder(
    registry, tmp_path, monkeypatch
):
    (tmp_path / "below").mkdir()
    path = tmp_path / "below" / "vectors.yaml"
    path.write_text(
        "embedding: {use: word2vec-binary, path: v.bin}\n"
        "intrinsic: {similarity: [a.txt, '${X}/b.txt', package:gensim/c.tsv], analogies: [/q.txt]}\n"
    )
    monkeypatch.chdir(tmp_path)
    recipe = load_recipe(path, registry, ["intrinsic.analogies.0=mine.txt"])
    assert recipe.name == "vectors"
    assert recipe.intrinsic.similarity == (str(path.with_name("a.txt")), "${X}/b.txt", "package:gensim/c.tsv")
    assert recipe.intrinsic.analogies == (str(Path.cwd() / "mine.txt"),)
    assert dict(recipe.files())["intrinsic.analogies.0"] == str(Path.cwd() / "mine.txt")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"intrinsic": {}}, ["intrinsic: expected files of similarity or analogies"]),
        ({"intrinsic": {"similarity": []}}, ["intrinsic: expected files of similarity or analogies"]),
        ({"intrinsic": None}, ["intrinsic: expected a mapping, got nothing"]),
        (
            {"intrinsic": {"similarity": "pairs.txt"}},
            ["intrinsic.similarity: expected a list, got the text 'pairs.txt'"],
        ),
        (
            {"intrinsic": {"analogies": ["q.txt", 3]}},
            ["intrinsic.analogies.1: expected a text, got the integer 3"],
        ),
        (
            {"intrinsic": {"similarity": ["a/ws.txt"], "analogies": ["b/ws.tsv"]}},
            ["intrinsic.analogies.0: intrinsic.similarity.0 is called 'ws' as well"],
        ),
        (
            {"intrinsic": {**PAIRS, "restrict": 0}},
            ["intrinsic.restrict: expected at least 1, got the integer 0"],
        ),
        ({"intrinsic": {**PAIRS, "cases": 1}}, ["intrinsic: unknown key 'cases'"]),
        ({"oov": ["case", "zero"]}, ["oov.1: 'zero' proposes no other spellings"]),
        ({"embedding": {**VECTORS, "trainable": "none"}}, ["embedding: unknown key 'trainable'"]),
        ({"embedding": "random"}, ["embedding: 'random' has no vectors without training texts"]),
        ({"training": {"epochs": 2}, "seed": 1}, ["unknown key 'seed'", "unknown key 'training'"]),
    ],
)
def test_what_is_wrong_is_said(faults, changed, expected):
    assert sorted(faults(**changed)) == expected


def test_an_embedding_is_needed(registry):
    with pytest.raises(RecipeError, match="missing key 'embedding'"):
        load_recipe({"name": "x", "intrinsic": PAIRS}, registry)
