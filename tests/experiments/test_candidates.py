"""The candidates of a ranking are recipes that load and run."""

from __future__ import annotations

import random

import pytest

import embedkit
from embedkit.experiments.candidates import BASELINES, bag_of_words, of_source
from embedkit.experiments.sources import METHODS, Source, sources
from embedkit.files.names import portable
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe

GOOD, BAD = ["fine", "lovely", "warm"], ["dull", "poor", "cold"]


@pytest.fixture(scope="module")
def registry():
    return build_registry()


@pytest.fixture
def data(tmp_path):
    """Sixty texts of two classes, told apart by their words; the first of three folds is held out."""
    draw = random.Random(1)
    lines = ["text,label"]
    for label, words in (("good", GOOD), ("bad", BAD)):
        lines += [f"A {draw.choice(words)} and {draw.choice(words)} film,{label}" for _ in range(30)]
    path = tmp_path / "texts.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return {"train": {"use": "csv", "path": str(path)}, "folds": {"count": 3, "only": 0}}


@pytest.fixture
def file(tmp_path):
    """Lower-case vectors as text, in which the words of a class are close to one another."""
    rows = [
        f"{word} {sign}1 0.{at}" for sign, words in (("", GOOD), ("-", BAD)) for at, word in enumerate(words)
    ]
    path = tmp_path / "small.vec"
    path.write_text("\n".join(["8 2", *rows, "a 0 1", "film 0 -1"]) + "\n", encoding="utf-8")
    return path


def test_a_bag_of_words_is_a_recipe_with_a_baseline(data):
    recipes = bag_of_words(data, ["f1"])
    assert [*recipes] == [*BASELINES]
    assert recipes["nbsvm"] == {
        "name": "nbsvm",
        "data": data,
        "baseline": "nbsvm",
        "evaluation": {"metrics": ["f1"], "predictions": "held-out"},
    }


def test_every_source_has_the_methods_that_make_sense_with_it(registry, data, file):
    named = {source.name: [*of_source(source, data)] for source in sources([file], registry)}
    assert named["random"] == ["random-cnn"]
    assert named["small"] == ["small-mean", "small-cnn-frozen", "small-cnn"]
    assert all(portable(name) == name for names in named.values() for name in names)


def test_every_candidate_with_vectors_loads_as_a_recipe_of_its_name(registry, data, file):
    for source in sources([file], registry):
        for name, recipe in of_source(source, data, ["accuracy", "f1"]).items():
            loaded = load_recipe(recipe, registry)
            assert loaded.name == name
            assert [metric.use for metric in loaded.evaluation.metrics] == ["accuracy", "f1"]
            assert loaded.evaluation.baselines == ()


@pytest.mark.parametrize("method", METHODS)
def test_candidates_run_and_learn_what_the_words_tell(registry, data, file, tmp_path, method):
    (source,) = (source for source in sources([file], registry) if source.name == "small")
    recipe = of_source(source, data)[f"small-{method}"]
    run = embedkit.run(recipe, out=tmp_path / "run")
    assert run.metrics["test"]["accuracy"] > 0.9


def test_a_validation_split_of_the_data_is_kept(data):
    source = Source("random", {"use": "random"}, tokenizer={"use": "whitespace"})
    own = of_source(source, {**data, "validation": {"share": 0.3}})["random-cnn"]
    assert own["data"]["validation"] == {"share": 0.3}
    assert of_source(source, data)["random-cnn"]["data"]["validation"] == {"share": 0.1}
    assert "validation" not in data


def test_frozen_and_fine_tuned_networks_differ_in_what_is_trained_alone(data):
    recipes = of_source(Source("s", {"use": "random"}, tokenizer={"use": "whitespace"}), data)
    frozen, tuned = recipes["s-cnn-frozen"], recipes["s-cnn"]
    assert frozen["embedding"] == {"use": "random", "trainable": "none"}
    assert tuned["embedding"] == {"use": "random", "trainable": "all", "sparse": True}
    same = {key for key in frozen if frozen[key] == tuned[key]}
    assert {*frozen} - same == {"name", "embedding"}
