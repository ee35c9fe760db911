"""Recipes with a text encoder: trained, saved, loaded again, with the same predictions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import embedkit
from embedkit.errors import EmbedkitError, RecipeError, RunError
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe

GOOD, BAD = ("good", "fine", "lovely", "great"), ("bad", "poor", "dreary", "awful")
THINGS = ("film", "plot", "cast", "camera", "story")
TEXTS = [
    f"a {word} {thing} indeed" for pair in zip(GOOD, BAD, strict=True) for thing in THINGS for word in pair
]
LABELS = ["pos", "neg"] * (len(TEXTS) // 2)


def validate(source):
    return load_recipe(source, build_registry())


def recipe(encoder="pooled", training=None, texts=TEXTS, **embedding):
    return {
        "name": "small",
        "data": {"train": {"use": "inline", "texts": texts, "labels": LABELS}, "test": {"share": 0.2}},
        "embedding": {"use": "trigrams", **embedding},
        "encoder": encoder,
        "training": {"epochs": 2, "batch_size": 8, "optimizer": "adamw", **(training or {})},
        "evaluation": {"baselines": [], "function_words": []},
    }


HEAD = {"optimizer": "lbfgs", "epochs": 20, "batch_size": 32}
RNN = {"use": "rnn", "hidden_size": 3, "mask_padding": False}
CASES = {
    "frozen, pooled, logistic regression": ("pooled", HEAD, {}),
    "frozen, words": ("bag", {}, {}),
    "frozen, words, 16 bits": ({"use": "cnn", "widths": [1], "maps": 3}, {}, {"half": True}),
    "frozen, padded to one length": (RNN, {}, {}),
    "trained, pooled": ("pooled", {"warmup": 0.1, "schedule": "linear"}, {"trainable": "all"}),
    "trained, words": ("bag", {}, {"trainable": "all"}),
    "trained, padded to one length": (RNN, {"layer_decay": 0.5}, {"trainable": "all"}),
    "last layer": ("bag", {"layer_decay": 0.5, "text_encoder_lr": 1e-3}, {"trainable": {"last": 1}}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_run_is_loaded_with_the_same_predictions(trigrams, tmp_path, case):
    encoder, training, embedding = CASES[case]
    run = embedkit.run(recipe(encoder, training, **embedding), out=tmp_path / "run")
    run.verify()
    frame = run.predictions
    loaded = embedkit.load(run.path)
    for split in ("train", "test"):
        own = frame[frame["split"] == split]
        again = loaded.predict(own["text"])
        assert [*again["predicted"]] == [*own["predicted"]]
        assert np.array_equal(again["p_pos"], own["p_pos"])
    assert frame["token_list"].iloc[0] == frame["text"].iloc[0].split()


def test_trained_layers_are_stored_and_no_others(trigrams, tmp_path):
    run = embedkit.run(recipe("bag", trainable={"last": 1}), out=tmp_path / "run")
    names = {*load_file(run.path / "weights.safetensors")}
    assert {name for name in names if name.startswith("embedding.")} == {
        "embedding.network.blocks.1.weight",
        "embedding.network.blocks.1.bias",
    }
    frozen = embedkit.run(recipe("bag"), out=tmp_path / "frozen")
    assert {*load_file(frozen.path / "weights.safetensors")} == {"head.weight", "head.bias"}


def test_another_text_encoder_is_refused(trigrams, tmp_path):
    run = embedkit.run(recipe(), out=tmp_path / "run")
    module = __import__("embedkit_trigrams")
    module.Model.digest = property(lambda model: "other")
    with pytest.raises(RunError, match="another text encoder than the model was trained with"):
        embedkit.load(run.path)


def test_a_text_beyond_the_positions_is_cut_and_counted(trigrams, tmp_path):
    long = [text + " and so it went on and on" for text in TEXTS]
    run = embedkit.run(recipe("bag", texts=long, positions=10), out=tmp_path / "run")
    row = run.predictions.iloc[0]
    assert row["cut"] > 0
    assert row["tokens"] + row["cut"] == len(long[0].split())
    assert [*row["token_list"]] == row["text"].split()[: row["tokens"]]


@pytest.mark.parametrize("key", ["tokenizer", "vocabulary", "oov"])
def test_sections_of_a_table_are_refused(trigrams, key):
    section = {"tokenizer": "whitespace", "vocabulary": {"min_count": 2}, "oov": ["zero"]}[key]
    with pytest.raises(RecipeError, match=f"{key}: the text encoder in 'embedding'"):
        validate({**recipe(), key: section})


@pytest.mark.parametrize("key", ["sparse", "unseen"])
def test_keys_of_a_table_are_refused(trigrams, key):
    with pytest.raises(RecipeError, match=rf"embedding\.{key}: a text encoder has no embedding matrix"):
        validate(recipe(**{key: {"sparse": True, "unseen": "lookup"}[key]}))


def test_pooled_needs_a_text_encoder(trigrams):
    table = {**recipe(), "embedding": {"use": "random", "dim": 3}, "tokenizer": "whitespace"}
    with pytest.raises(RecipeError, match="encoder: 'pooled' reads what a text encoder has pooled"):
        validate(table)
    ensemble = {"use": "ensemble", "encoders": ["pooled", "bag"]}
    with pytest.raises(RecipeError, match=r"encoder\.encoders\.0: 'pooled' reads"):
        validate(recipe(ensemble))


def test_a_misspelt_text_encoder_is_told_from_an_embedding(trigrams):
    with pytest.raises(RecipeError, match="unknown embedding 'trigrms' - did you mean 'trigrams'") as raised:
        validate(recipe(use="trigrms"))
    assert "pooled" not in str(raised.value)


def test_a_name_of_an_embedding_and_of_a_text_encoder_is_refused(trigrams, install):
    own = """
        from embedkit.plugin_api import hookimpl

        class Other:
            '''Another one.'''

            def open(self, context):
                '''Open nothing.'''

        @hookimpl
        def register_embeddings(register):
            register("trigrams", Other)
        """
    install("embedkit-other", own, entries=["other"])
    with pytest.raises(RecipeError, match="'trigrams' is the name of two things"):
        validate(recipe())


def test_too_many_layers_are_refused(trigrams, tmp_path):
    with pytest.raises(EmbedkitError, match="the text encoder has 3 layers"):
        embedkit.run(recipe("bag", trainable={"last": 9}), out=tmp_path / "run")


def test_the_table_that_there_is_not_is_no_traceback(trigrams, tmp_path):
    run = embedkit.run(recipe("bag"), out=tmp_path / "run")
    with pytest.raises(RunError, match="has a text encoder in place of an embedding matrix"):
        run.embedding_frame()


def test_layers_learn_at_rates_of_their_own(trigrams, tmp_path):
    run = embedkit.run(recipe("bag", {"layer_decay": 1e-6}, trainable="all"), out=tmp_path / "run")
    after = load_file(run.path / "weights.safetensors")
    from embedkit_trigrams.network import Network

    before = Network(500, 8, 2, 0).state_dict()
    moved = {
        name: float((after[f"embedding.network.{name}"] - weight).abs().max())
        for name, weight in before.items()
    }
    assert moved["blocks.1.weight"] > 1e-3
    assert moved["blocks.0.weight"] < 1e-6
    assert torch.equal(after["embedding.network.embedding.weight"], before["embedding.weight"])
