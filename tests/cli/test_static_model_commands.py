"""Static models in commands and recipes: a named tensor, its tokenizer, and files of installed packages."""

import importlib.util
import json

import numpy as np
import pytest
from safetensors.numpy import save_file

import embedkit
from embedkit import open_vectors
from embedkit.errors import RecipeError

PIECES = ["[UNK]", "the", "film", "##s", "naïve", "."]
FULL = np.arange(18, dtype=np.float32).reshape(6, 3) / 7
TABLE = "embeddings.word_embeddings.weight"
TEXTS = ["the film .", "the naïve films", "film the", "naïve ."]


@pytest.fixture
def folder(tmp_path):
    model = {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {p: id for id, p in enumerate(PIECES)}}
    model |= {"continuing_subword_prefix": "##", "max_input_chars_per_word": 100}
    described = {"version": "1.0", "pre_tokenizer": {"type": "Whitespace"}, "model": model}
    (tmp_path / "tokenizer.json").write_text(json.dumps(described), encoding="utf-8")
    return tmp_path


@pytest.fixture
def package(folder, monkeypatch):
    """A package with the tensors of a transformer, which must not be imported."""
    (folder / "vectors_of_a_package" / "model").mkdir(parents=True)
    (folder / "vectors_of_a_package" / "__init__.py").write_text("raise RuntimeError")
    tensors = {TABLE: FULL, "encoder.weight": np.ones((3, 3), np.float32)}
    save_file(tensors, folder / "vectors_of_a_package" / "model" / "model.safetensors")
    monkeypatch.syspath_prepend(str(folder))
    return "package:vectors_of_a_package/model/model.safetensors"


def test_the_commands(embedkit_command, folder, package):
    said = [package, "--tensor", TABLE, "--tokenizer", folder / "tokenizer.json"]
    record = json.loads(embedkit_command("vectors", "info", *said, "--json").out)
    assert (record["count"], record["tokenizer"]) == (6, str(folder / "tokenizer.json"))
    assert f"words        the pieces of {folder / 'tokenizer.json'}\n" in (
        embedkit_command("vectors", "info", *said).out
    )
    assert embedkit_command("vectors", "check", *said).code == 0
    found = json.loads(embedkit_command("vectors", "lookup", *said, "film", "--json").out)
    assert (found[0]["row"], found[0]["vector"]) == (2, FULL[2].tolist())
    assert embedkit_command("vectors", "neighbours", *said, "film", "-n", 2).code == 0
    assert embedkit_command("vectors", "convert", *said, folder / "out.safetensors").code == 0
    assert open_vectors(folder / "out.safetensors").lookup(PIECES).vectors.tolist() == FULL.tolist()
    done = embedkit_command("vectors", "check", package, "--tensor", "word_embeddings")
    assert (done.code, f"did you mean '{TABLE}'?" in done.out) == (1, True)
    done = embedkit_command("vectors", "info", "package:no_such_package_of_vectors/x")
    assert (done.code, "no package 'no_such_package_of_vectors' is installed" in done.err) == (2, True)


def recipe(package, **changes):
    return {
        "name": "pieces",
        "data": {"train": {"use": "inline", "texts": TEXTS, "labels": ["a", "b", "a", "b"]}},
        "tokenizer": {"use": "tokenizers", "path": "tokenizer.json"},
        "embedding": {"use": "vectors", "path": package, "tensor": TABLE, "tokenizer": "tokenizer.json"},
        "oov": ["error"],
        "encoder": {"use": "rnn", "hidden_size": 4},
        "training": {"epochs": 1},
        **changes,
    }


@pytest.mark.skipif(importlib.util.find_spec("tokenizers") is None, reason="tokenizers is not installed")
def test_a_recipe_reads_a_named_tensor_of_a_package(package, folder, monkeypatch):
    monkeypatch.chdir(folder)
    run = embedkit.run(recipe(package), out=folder / "run")
    assert {*run.vocabulary["origin"][2:]} == {"found"}
    assert {*run.vocabulary["word"][2:]} == {"the", "film", "##s", "naïve", "."}
    assert embedkit.load(folder / "run").predict(["the film"])["unseen"].item() == 0
    with pytest.raises(RecipeError, match="the vectors are of the pieces of"):
        embedkit.run(recipe(package, tokenizer="whitespace"), out=folder / "other")
