"""How much of each split the vectors cover: told by `validate --data`, warned of before the first epoch."""

from __future__ import annotations

import numpy as np
import pytest
from gensim.models import KeyedVectors

import embedkit
from embedkit.errors import DataError, RecipeError
from embedkit.experiments.run import look_over
from embedkit.plugin.registry import build_registry
from embedkit.recipe.components import Components
from embedkit.recipe.load import load_recipe
from embedkit.runs.reporter import Reporter


@pytest.fixture
def recipe(tmp_path):
    keyed = KeyedVectors(vector_size=2)
    keyed.add_vectors(["good", "film", "plot"], np.ones((3, 2), np.float32))
    keyed.save_word2vec_format(tmp_path / "v.bin", binary=True)
    return {
        "name": "covered",
        "data": {
            "train": {"use": "inline", "texts": ["good film", "Film bad"], "labels": ["a", "b"]},
            "test": {"use": "inline", "texts": ["plot unheard film", "x y"], "labels": ["a", "b"]},
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "word2vec-binary", "path": str(tmp_path / "v.bin"), "trainable": "none"},
        "oov": ["case", "zero"],
        "encoder": {"use": "bag"},
        "training": {"epochs": 1},
    }


WARNING = "data.test: only 20.0% of the tokens have a vector"


def test_looking_over_prints_the_shares_and_warns(recipe, told, caplog):
    registry = build_registry()
    look_over(Components(load_recipe(recipe, registry), registry), told, strict=False)
    assert "tokens with a vector: train 75.0%, test 20.0%" in told.stages
    assert WARNING in caplog.text
    assert "data.train: only" not in caplog.text


def test_words_that_are_looked_up_count(recipe, told):
    recipe["embedding"]["unseen"] = "lookup"
    registry = build_registry()
    look_over(Components(load_recipe(recipe, registry), registry), told, strict=False)
    assert "tokens with a vector: train 75.0%, test 40.0%" in told.stages


def test_a_run_warns_before_training_and_strict_stops(recipe, tmp_path, caplog):
    embedkit.run(recipe, out=tmp_path / "run")
    assert caplog.text.count(WARNING) == 1
    registry = build_registry()
    with pytest.raises(DataError, match="20.0%"):
        look_over(Components(load_recipe(recipe, registry), registry), Reporter(), strict=True)


def of_pieces(*tests):
    texts = ["good film", "a \N{BUG} bad film", "good plot", "a bad plot"]
    train = {"use": "inline", "texts": texts, "labels": ["a", "b", "a", "b"]}
    return {
        "name": "pieces",
        "data": {"train": train, "test": {"use": "inline", "texts": [*tests], "labels": ["a"] * len(tests)}},
        "embedding": "trigrams",
        "encoder": "pooled",
        "training": {"optimizer": "lbfgs"},
        "evaluation": {"baselines": []},
    }


def test_a_run_warns_of_texts_whose_words_a_text_encoder_does_not_know(trigrams, tmp_path, caplog):
    embedkit.run(of_pieces("\N{BUG} \N{BUG} film", "\N{BUG}"), out=tmp_path / "run")
    assert caplog.text.count("data.test: the text encoder knows only 25.0% of the words") == 1
    assert "data.train: the text" not in caplog.text
    with pytest.raises(DataError, match="knows only 25.0%"):
        embedkit.run(of_pieces("\N{BUG} \N{BUG} film", "\N{BUG}"), out=tmp_path / "strict", strict=True)


def test_looking_over_warns_of_them_too(trigrams, caplog):
    registry = build_registry()
    components = Components(load_recipe(of_pieces("\N{BUG} \N{BUG} film", "\N{BUG}"), registry), registry)
    look_over(components, Reporter(), strict=False)
    assert caplog.text.count("data.test: the text encoder knows only 25.0% of the words") == 1
    with pytest.raises(DataError, match="knows only 25.0%"):
        look_over(components, Reporter(), strict=True)


def test_looking_over_finds_that_a_text_encoder_has_too_few_layers(trigrams):
    registry = build_registry()
    recipe = of_pieces("film") | {"embedding": {"use": "trigrams", "trainable": {"last": 4}}}
    recipe["training"] = {"epochs": 1}
    components = Components(load_recipe(recipe, registry), registry)
    with pytest.raises(RecipeError, match="has 3 layers, that of embeddings included, and not 4"):
        look_over(components, Reporter(), strict=False)


def test_words_in_pieces_that_it_knows_are_known(trigrams, tmp_path, caplog):
    embedkit.run(of_pieces("unwatchable, unforgettable"), out=tmp_path / "run")
    assert "knows only" not in caplog.text
