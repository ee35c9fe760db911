"""Recipes with chains, run from end to end on a vector file that gensim wrote."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest

import embedkit

KNOWN = ["great", "film", "Spielberg", "####s", "##th", "New_York", "bad", "plot", "dull", "a", "café", "'S"]
TEXTS = ["great film spielberg 1990s", "Great 20th new-york qwzx", "bad plot cafe\u0301", "DULL plot vwkq 7"]


@pytest.fixture(scope="module")
def vectors():
    return np.random.default_rng(3).normal(0.5, 0.2, (len(KNOWN), 50)).astype(np.float32)


@pytest.fixture(scope="module")
def path(vectors, tmp_path_factory):
    from gensim.models import KeyedVectors

    keyed = KeyedVectors(vector_size=50)
    keyed.add_vectors(KNOWN, vectors)
    path = tmp_path_factory.mktemp("vectors") / "vectors.bin"
    keyed.save_word2vec_format(str(path), binary=True)
    return str(path)


@pytest.fixture
def run(path, tmp_path):
    """Runs a recipe with a chain; gives what the table says of every word, and its rows before training."""

    def run_with(*oov, seed=1, name="run"):
        recipe = {
            "name": "chain",
            "seed": seed,
            "data": {
                "train": {
                    "use": "inline",
                    "texts": TEXTS,
                    "labels": ["pos", "pos", "neg", "neg"],
                    "nfc": False,
                }
            },
            "tokenizer": "whitespace",
            "embedding": {"use": "word2vec-binary", "path": path},
            "oov": [*oov],
            "encoder": {"use": "rnn", "hidden_size": 4},
            "training": {"epochs": 1},
        }
        directory = tmp_path / name
        embedkit.run(recipe, out=directory)
        with (directory / "vocabulary.csv").open(encoding="utf-8", newline="") as file:
            rows = {row["word"]: (row["origin"], row["via"]) for row in csv.DictReader(file)}
        from safetensors.numpy import load_file

        (table,) = load_file(directory / "embedding-before.safetensors").values()
        return rows, dict(zip(rows, table, strict=True))

    return run_with


def test_case_digits_normal(run, vectors):
    origin, rows = run("case", "digits", "normal")
    assert origin == {
        "<PAD>": ("pad", ""),
        "<UNK>": ("unk", "normal"),
        "great": ("found", ""),
        "film": ("found", ""),
        "spielberg": ("recovered", "Spielberg"),
        "1990s": ("recovered", "####s"),
        "Great": ("recovered", "great"),
        "20th": ("recovered", "##th"),
        "new-york": ("filled", "normal"),
        "qwzx": ("filled", "normal"),
        "bad": ("found", ""),
        "plot": ("found", ""),
        "cafe\u0301": ("recovered", "café"),
        "DULL": ("recovered", "dull"),
        "vwkq": ("filled", "normal"),
        "7": ("filled", "normal"),
    }
    for word, (state, via) in origin.items():
        if state in ("found", "recovered"):
            np.testing.assert_array_equal(rows[word], vectors[KNOWN.index(via or word)])
    drawn = np.array([rows[word] for word, (_, via) in origin.items() if via == "normal"])
    found = np.array([rows[word] for word, (state, _) in origin.items() if state in ("found", "recovered")])
    standard = (drawn - found.mean(0)) / found.std(0)
    assert abs(standard.mean()) < 4 / math.sqrt(standard.size)
    assert abs(standard.std() - 1) < 4 / math.sqrt(2 * standard.size)
    assert not rows["<PAD>"].any()


def test_a_profile_recovers_what_single_spellings_do_not(run):
    origin, _ = run("googlenews", "hash")
    assert origin["new-york"] == ("recovered", "New_York")
    assert origin["1990s"] == ("recovered", "####s")
    assert origin["qwzx"] == ("filled", "hash")


def test_rows_follow_from_the_seed_and_hashed_ones_do_not_need_it(run):
    _, first = run("case", "normal", seed=1, name="first")
    _, again = run("case", "normal", seed=1, name="again")
    _, other = run("case", "normal", seed=2, name="other")
    np.testing.assert_array_equal(first["qwzx"], again["qwzx"])
    assert not (first["qwzx"] == other["qwzx"]).any()
    hashed = [run("hash", seed=seed, name=f"hash{seed}")[1]["qwzx"] for seed in (1, 2)]
    np.testing.assert_array_equal(*hashed)


def test_the_order_of_the_chain_decides(run):
    for chain, expected in ((("case", "googlenews", "zero"), "Spielberg"), (("phrase", "zero"), "zero")):
        origin, _ = run(*chain, name="-".join(chain))
        assert origin["spielberg"][1] == expected
    assert origin["new-york"] == ("filled", "zero")


def test_a_chain_that_may_leave_words_is_refused_before_the_file_is_opened(run):
    from embedkit.errors import RecipeError

    with pytest.raises(RecipeError, match="'digits' may leave a word without a vector") as caught:
        run("case", "digits")
    assert "error, hash, mean, normal, uniform, zero" in str(caught.value)


def test_a_file_of_other_words_is_an_error(run, tmp_path):
    with pytest.raises(embedkit.errors.VocabularyError, match="no word of the vocabulary was found"):
        recipe = {
            "name": "other",
            "data": {"train": {"use": "inline", "texts": ["ждать", "нет"], "labels": ["a", "b"]}},
            "tokenizer": "whitespace",
            "embedding": {
                "use": "word2vec-binary",
                "path": "package:gensim/test/test_data/euclidean_vectors.bin",
            },
            "oov": ["case", "uniform"],
            "encoder": {"use": "rnn", "hidden_size": 4},
        }
        embedkit.run(recipe, out=tmp_path / "other")
