"""`in_memory: false`: texts, tokens and ids in files. Whatever a run writes is the same, byte for byte."""

from __future__ import annotations

import random

import numpy as np
import pytest
from gensim.models import KeyedVectors

import embedkit
from embedkit.errors import DataError, TrainingError
from embedkit.runs.reporter import Reporter

SENTENCE = "good bad film plot the a of qwzx Great odd ünïcode don't 1990s . , actor scene boring lovely"
WORDS = SENTENCE.split(" ")
KNOWN = ["good", "bad", "film", "plot", "great", "unheard", "seldom"]
ABOUT_THE_RUN = {"environment.json", "log.jsonl", "manifest.json", "history.csv", "recipe.yaml"}
"""Files that tell of times and of the recipe, of which a key is another."""


def inline(count, seed, labels, *besides):
    """So many texts of no word up to 14 of them, drawn with their labels by `seed`."""
    draw = random.Random(seed)
    lengths = [4, *draw.choices([0, 1, 3, 5, 9, 14], k=count - 1)]
    texts = [" ".join(draw.choices([*WORDS, *besides], k=length)) for length in lengths]
    return {
        "use": "inline",
        "texts": [*texts[:-1], "line \u2028 film"],
        "labels": draw.choices(labels, k=count),
    }


AB, ABC = ["neg", "pos"], ["x", "y", "z"]
TRAIN, TEST = inline(60, 1, AB), inline(30, 2, AB, "unheard", "Seldom", "never")
RECIPES = {
    "binary": {"data": {"train": TRAIN, "test": TEST}},
    "several classes, shares, rare words, early stopping": {
        "data": {"train": inline(60, 3, ABC), "validation": {"share": 0.2}, "test": {"share": 0.2}},
        "vocabulary": {"min_count": 12},
        "training": {"epochs": 3, "batch_size": 8, "word_dropout": 0.2, "early_stopping": {"patience": 1}},
    },
    "several labels": {
        "data": {
            "train": inline(60, 4, ["x|y", "y", "", "z|x"]),
            "test": inline(20, 5, ["y|x", "z", ""]),
            "label_separator": "|",
        },
        "evaluation": {"metrics": ["hamming-loss"]},
    },
    "cut": {
        "data": {"train": TRAIN, "test": TEST, "max_length": 4, "cut": "head"},
        "tokenizer": {"use": "regex", "lowercase": True},
    },
    "one length": {
        "data": {"train": TRAIN, "test": inline(20, 7, AB, "a b c d e f")},
        "encoder": {"use": "rnn", "hidden_size": 3, "mask_padding": False},
    },
    "folds": {"data": {"train": TRAIN, "folds": {"count": 2}, "validation": {"share": 0.1}}, "seeds": [1, 2]},
    "unseen words looked up": {
        "data": {"train": TRAIN, "test": TEST},
        "embedding": {"use": "word2vec-binary", "path": "v.bin", "trainable": "none", "unseen": "lookup"},
        "oov": ["case", "mean"],
    },
    "vectors of the training texts": {
        "data": {"train": TRAIN, "test": {"share": 0.25}},
        "embedding": {"use": "word2vec-train", "dim": 4, "min_count": 2, "trainable": "none"},
    },
}


def recipe(name, **data):
    base = {
        "name": "streamed",
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 4},
        "encoder": {"use": "rnn", "hidden_size": 3},
        "training": {"epochs": 2, "batch_size": 8},
    }
    chosen = {**base, **RECIPES[name]}
    return {**chosen, "data": {**chosen["data"], **data}}


def files(run):
    paths = [path for path in run.path.rglob("*") if path.is_file() and path.name not in ABOUT_THE_RUN]
    return {str(path.relative_to(run.path)): path.read_bytes() for path in paths}


@pytest.fixture(autouse=True)
def vectors(tmp_path, monkeypatch):
    keyed = KeyedVectors(vector_size=4)
    keyed.add_vectors(KNOWN, np.random.default_rng(0).normal(size=(len(KNOWN), 4)).astype(np.float32))
    keyed.save_word2vec_format(tmp_path / "v.bin", binary=True)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", RECIPES)
def test_a_run_writes_the_same_bytes(name, tmp_path):
    held = embedkit.run(recipe(name), out=tmp_path / "held")
    streamed = embedkit.run(recipe(name, in_memory=False), out=tmp_path / "streamed")
    assert files(streamed) == files(held)
    assert {"weights.safetensors", "predictions.csv", "metrics.json", "oov.json"} <= {
        path.rpartition("/")[2] for path in files(held)
    }
    assert not [path for path in tmp_path.iterdir() if path.suffix in (".partial", ".lock")]


@pytest.mark.parametrize("name", ["binary", "unseen words looked up"])
def test_an_evaluation_writes_the_same_bytes(name, tmp_path):
    model = embedkit.run(recipe(name), out=tmp_path / "model")
    runs = [
        embedkit.run(
            {"name": "again", "model": str(model.path), "data": {"test": TEST, "in_memory": in_memory}},
            out=tmp_path / f"again-{in_memory}",
        )
        for in_memory in (True, False)
    ]
    assert files(runs[0]) == files(runs[1])
    assert runs[0].metrics["test"]["accuracy"] == model.metrics["test"]["accuracy"]


def test_faults_of_the_data_are_found(tmp_path):
    train = {**TRAIN, "texts": ["same film", "same film", *TRAIN["texts"][2:]]}
    with pytest.raises(DataError, match="texts occur more than once: examples 1 = 2"):
        embedkit.run(recipe("binary", train=train, in_memory=False), out=tmp_path / "run", strict=True)
    assert not (tmp_path / "run.partial").exists()


class Interrupts(Reporter):
    """Stops a run in its second epoch."""

    def __init__(self):
        self.epochs_ended = 0

    def epoch(self, rows, of):
        self.epochs_ended += 1

    def advance(self, done, total):
        if self.epochs_ended:
            raise KeyboardInterrupt


def test_an_interrupted_run_goes_on_to_the_same_bytes(tmp_path):
    asked = recipe("binary", in_memory=False)
    with pytest.raises(KeyboardInterrupt):
        embedkit.run(asked, out=tmp_path / "run", reporter=Interrupts())
    resumed = embedkit.run(asked, out=tmp_path / "run", resume=True)
    assert files(resumed) == files(embedkit.run(recipe("binary"), out=tmp_path / "held"))


def test_a_full_disk_is_one_error_and_leaves_nothing(tmp_path):
    """The texts' files are the first that are written: a limited size of files stops them."""
    resource = pytest.importorskip("resource", reason="this system limits no size of files")
    texts = {**TRAIN, "texts": ["film " * 200] * 60}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(TrainingError, match="run.partial: cannot be written: File too large"):
            embedkit.run(recipe("binary", train=texts, in_memory=False), out=tmp_path / "run")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.name for path in tmp_path.iterdir()] == ["v.bin"]
