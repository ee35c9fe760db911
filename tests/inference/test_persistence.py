"""A trained model: what is written is what is read, whatever writes it."""

from __future__ import annotations

import json

import numpy as np
import pytest

import embedkit
from embedkit.inference.persistence import save_trained
from embedkit.model.table import EmbeddingTable
from embedkit.model.unseen import Unseen
from embedkit.runs import layout
from embedkit.runs.writer import RunWriter

FILES = ["WEIGHTS", "EMBEDDING_BEFORE", "VOCABULARY", "DROPPED", "MODEL", "MODEL_SUMMARY"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    texts = ["good film", "bad film", "good plot", "bad, odd plot", "a fine film", "a poor film"]
    recipe = {
        "name": "small",
        "data": {"train": {"use": "inline", "texts": texts, "labels": ["pos", "neg"] * 3}, "max_length": 9},
        "tokenizer": "whitespace",
        "vocabulary": {"min_count": 2},
        "embedding": {"use": "random", "dim": 4},
        "encoder": {"use": "rnn", "hidden_size": 3},
        "training": {"epochs": 2},
    }
    return embedkit.run(recipe, out=tmp_path_factory.mktemp("runs") / "run")


def again(run, tmp_path, looked_up=False):
    """Save the model of `run` a second time, from what was loaded, into `tmp_path`."""
    classifier = embedkit.load(run.path)
    unseen = Unseen(["one"], ["found"], ["ONE"], np.ones((1, 4), "f4"), ["two"])
    before = run.embedding_frame("before").to_numpy(copy=True)
    table = EmbeddingTable(before, classifier.model.table_embedder.rows, unseen)
    save_trained(RunWriter(tmp_path), classifier, table, looked_up)


def test_a_model_that_was_loaded_is_saved_as_it_was(trained, tmp_path):
    again(trained, tmp_path)
    names = [getattr(layout, name) for name in FILES]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    described = json.loads((tmp_path / layout.MODEL).read_text())
    assert described["table"] == [len(trained.vocabulary), 4]
    for name in {*names} - {layout.MODEL, layout.MODEL_SUMMARY}:
        assert (tmp_path / name).read_bytes() == (trained.path / name).read_bytes(), name
    differ = {key for key, value in described.items() if value != trained.read_json(layout.MODEL)[key]}
    assert differ <= {"trainable_parameters"}, "a loaded model is not trained on"


def test_words_that_were_looked_up_are_saved_beside_it(trained, tmp_path):
    again(trained, tmp_path, looked_up=True)
    assert (tmp_path / layout.UNSEEN).read_text() == "word,origin,via\none,found,ONE\ntwo,unk,\n"
    assert (tmp_path / layout.UNSEEN_VECTORS).is_file()
