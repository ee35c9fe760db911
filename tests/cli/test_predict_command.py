from __future__ import annotations

import json

import pytest

import embedkit


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    texts = ["good film", "fine film", "bad film", "poor film"] * 3
    recipe = {
        "name": "tiny",
        "data": {"train": {"use": "inline", "texts": texts, "labels": ["pos", "pos", "neg", "neg"] * 3}},
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 8},
        "encoder": {"use": "rnn", "hidden_size": 4},
        "training": {"epochs": 30, "batch_size": 2, "lr": 0.02},
    }
    return embedkit.run(recipe, out=tmp_path_factory.mktemp("runs") / "tiny").path


def test_texts_as_arguments(embedkit_command, run):
    done = embedkit_command("predict", run, "good film", "a bad film")
    assert done.code == 0
    lines = [line.split("\t") for line in done.out.splitlines()]
    assert [(line[0], line[2]) for line in lines] == [("pos", "good film"), ("neg", "a bad film")]
    assert all(0.5 <= float(line[1]) <= 1 for line in lines)


def test_json_is_one_document_and_nothing_else(embedkit_command, run):
    done = embedkit_command("predict", run, "good new", "--json")
    (prediction,) = json.loads(done.out)
    assert prediction["predicted"] == "pos"
    assert prediction["tokens"] == [
        {"token": "good", "state": "covered", "looked_up": False},
        {"token": "new", "state": "unseen", "looked_up": False},
    ]
    assert prediction["oov_share"] == 0.5
    assert done.err == ""


def test_a_text_on_each_line_of_a_file(embedkit_command, run, tmp_path):
    file = tmp_path / "texts.txt"
    file.write_bytes("\ufeffgood film\r\n\r\nbad\u2028film\n".encode())
    done = embedkit_command("predict", run, "--input", file, "--json")
    assert [prediction["text"] for prediction in json.loads(done.out)] == ["good film", "", "bad\u2028film"]


def test_a_file_that_is_not_utf8_is_an_error(embedkit_command, run, tmp_path):
    file = tmp_path / "texts.txt"
    file.write_bytes("caf\xe9".encode("latin-1"))
    done = embedkit_command("predict", run, "--input", file)
    assert (done.code, done.err) == (2, f"error: {file}: not UTF-8 at byte 3\n")


def test_nothing_to_classify_is_an_error(embedkit_command, run):
    done = embedkit_command("predict", run)
    assert (done.code, done.out) == (2, "")
    assert "there is nothing to classify" in done.err


def test_a_directory_without_a_run_is_an_error(embedkit_command, tmp_path):
    done = embedkit_command("predict", tmp_path, "good")
    assert (done.code, done.err) == (2, f"error: {tmp_path}: no finished run in this directory\n")


def test_several_labels_or_none(embedkit_command, tmp_path):
    texts, labels = ["laughs film", "hours film", "laughs hours", "film"], ["funny", "long", "funny|long", ""]
    recipe = {
        "name": "several",
        "data": {
            "train": {"use": "inline", "texts": texts * 5, "labels": labels * 5},
            "test": {"use": "inline", "texts": ["laughs", "new"], "labels": ["", "long"]},
            "label_separator": "|",
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 8},
        "encoder": "bag",
        "training": {"epochs": 60, "batch_size": 4, "lr": 0.05},
    }
    run = embedkit.run(recipe, out=tmp_path / "run").path
    both, none = json.loads(embedkit_command("predict", run, "hours laughs", "film", "--json").out)
    assert (both["predicted"], both["predicted_labels"]) == ("funny|long", ["funny", "long"])
    assert (none["predicted"], none["predicted_labels"]) == ("", [])
    assert list(both["probabilities"]) == ["funny", "long"]
    said = embedkit_command("predict", run, "hours laughs", "film").out.splitlines()
    assert [line.split("\t")[0] for line in said] == ["funny|long", ""]
    again = embedkit_command("run", run / "recipe.yaml", "--out", tmp_path / "again").out
    assert ": no label, predicted funny" in again
