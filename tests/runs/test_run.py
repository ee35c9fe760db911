"""What a run leaves behind, and what can be done with it."""

from __future__ import annotations

import json
import math
import os

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import embedkit
from embedkit.errors import DataError, RunError

FILES = [
    "dropped.csv",
    "embedding-before.safetensors",
    "embedding.json",
    "environment.json",
    "history.csv",
    "log.jsonl",
    "manifest.json",
    "metrics.json",
    "model.json",
    "model.txt",
    "oov.json",
    "predictions.csv",
    "recipe.yaml",
    "table-drift.csv",
    "vocabulary.csv",
    "weights.safetensors",
]


def test_the_files_of_a_run(finished):
    assert sorted(path.name for path in finished.path.iterdir()) == FILES
    manifest = finished.read_json("manifest.json")
    assert sorted(manifest) == [name for name in FILES if name not in ("manifest.json", "log.jsonl")]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o007, 0o660)])
def test_every_file_has_the_permissions_that_new_files_have(recipe, tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        run = embedkit.run(recipe, out=tmp_path / "run", set={"training.epochs": 1})
    finally:
        os.umask(before)
    assert {oct(path.stat().st_mode & 0o777) for path in run.path.iterdir()} == {oct(mode)}


def test_every_split_is_predicted_and_scored(finished):
    assert finished.predictions.groupby("split", sort=False).size().to_dict() == {
        "train": 12,
        "validation": 4,
        "test": 4,
    }
    assert {split: figures["n"] for split, figures in finished.metrics.items()} == {
        "train": 12,
        "validation": 4,
        "test": 4,
    }


def test_predictions_agree_with_metrics_and_with_themselves(finished):
    frame = finished.predictions
    for split, figures in finished.metrics.items():
        rows = frame[frame["split"] == split]
        assert (rows["label"] == rows["predicted"]).mean() == figures["accuracy"]
        confusion = figures["confusion-matrix"]
        assert sum(confusion["neg"].values()) == (rows["label"] == "neg").sum()
    np.testing.assert_allclose(frame["p_neg"] + frame["p_pos"], 1)
    np.testing.assert_array_equal(frame["probability"], frame[["p_neg", "p_pos"]].max(axis=1))
    states = frame[["covered", "recovered", "filled", "unseen", "dropped"]].sum(axis=1)
    np.testing.assert_array_equal(states, frame["tokens"])
    np.testing.assert_array_equal(frame["tokens"], frame["token_list"].map(len))


def test_the_out_of_vocabulary_columns(finished):
    test = finished.predictions.query("split == 'test'").set_index("id")
    assert test.loc[1, "oov_tokens"] == ["new"]
    assert test.loc[1, "oov_share"] == pytest.approx(1 / 3)
    assert math.isnan(test.loc[2, "oov_share"])
    assert test.loc[2, "tokens"] == 0
    assert test.loc[3, ["unseen", "oov_share"]].tolist() == [1, 1.0]
    assert test.loc[4, "oov_share"] == 0


def test_history_has_a_row_for_each_epoch_and_evaluated_split(finished):
    history = finished.history
    assert list(zip(history["epoch"], history["split"], strict=True)) == [
        (epoch, split) for epoch in (1, 2, 3) for split in ("train", "validation")
    ]
    assert list(history.columns) == [
        "epoch", "split", "loss", "batch_loss", "accuracy", "seconds", "examples_per_second"
    ]  # fmt: skip
    last = history.iloc[-1]
    assert last["accuracy"] == finished.metrics["validation"]["accuracy"]
    assert last["loss"] == pytest.approx(finished.metrics["validation"]["loss"])


def test_the_vocabulary_is_that_of_the_training_split_alone(finished):
    train = finished.predictions.query("split == 'train'")
    counted = {}
    for tokens in train["token_list"]:
        for token in tokens:
            counted[token] = counted.get(token, 0) + 1
    words = finished.vocabulary.iloc[2:]
    assert dict(zip(words["word"], words["count"], strict=True)) == counted
    assert list(words["word"]) == list(counted)
    assert finished.word_counts().to_dict() == counted
    assert finished.vocabulary["id"].tolist() == list(range(len(counted) + 2))


def test_the_saved_recipe_runs_again_to_the_same_bytes(finished, tmp_path):
    again = embedkit.run(finished.path / "recipe.yaml", out=tmp_path / "again")
    same = [name for name in FILES if name not in ("history.csv", "log.jsonl", "manifest.json")]
    for name in same:
        assert (again.path / name).read_bytes() == (finished.path / name).read_bytes(), name
    figures = ["epoch", "split", "loss", "batch_loss", "accuracy"]
    assert again.history[figures].equals(finished.history[figures])


def test_another_seed_gives_other_weights(finished, recipe, tmp_path):
    other = embedkit.run(recipe, out=tmp_path / "other", set={"seed": 4})
    assert not other.embedding_frame("before").equals(finished.embedding_frame("before"))


def test_weights_hold_parameters_and_nothing_else(finished):
    weights = load_file(finished.path / "weights.safetensors")
    assert {name.split(".")[0] for name in weights} == {"embedding", "encoder", "head"}
    assert (
        sum(tensor.numel() for tensor in weights.values()) == finished.read_json("model.json")["parameters"]
    )


def test_the_environment_names_versions_and_input_files(tmp_path, recipe):
    file = tmp_path / "texts.tsv"
    file.write_text("label\ttext\n" + "".join(f"{'ab'[i % 2]}\tword {i}\n" for i in range(8)))
    run = embedkit.run(
        {**recipe, "data": {"train": {"use": "tsv", "path": str(file)}}}, out=tmp_path / "run", hash="full"
    )
    environment = run.read_json("environment.json")
    assert environment["packages"]["torch"] == torch.__version__
    assert environment["plugins"]["embedkit-text:rnn"]["state"] == "loaded"
    assert environment["inputs"]["data.train.path"]["bytes"] == file.stat().st_size
    assert len(environment["inputs"]["data.train.path"]["sha256"]) == 64


def test_the_log_is_one_event_a_line(finished):
    events = [json.loads(line) for line in (finished.path / "log.jsonl").read_text().splitlines()]
    assert events[0]["event"] == "started"
    assert events[-1]["event"] == "finished"
    assert all(event["time"].endswith("+00:00") for event in events)


def test_a_loaded_classifier_predicts_what_the_run_predicted(finished):
    test = finished.predictions.query("split == 'test'").reset_index(drop=True)
    predicted = embedkit.load(finished.path).predict(list(test["text"])).reset_index(drop=True)
    assert list(predicted["predicted"]) == list(test["predicted"])
    np.testing.assert_allclose(predicted["p_pos"].astype(float), test["p_pos"], atol=1e-6)
    assert list(predicted["oov_tokens"]) == [json.dumps(tokens) for tokens in test["oov_tokens"]]


def test_a_decomposed_text_is_read_as_its_composed_one(recipe, tmp_path):
    data = {"train": {"use": "inline", "texts": ["caf\u00e9 good", "tea bad"], "labels": ["pos", "neg"]}}
    run = embedkit.run({**recipe, "data": data}, out=tmp_path / "run")
    (prediction,) = embedkit.load(run.path).predictions(["cafe\u0301"])
    assert prediction.states == ("covered",)


def test_a_classifier_wants_a_list_of_texts(finished):
    classifier = embedkit.load(finished.path)
    with pytest.raises(TypeError, match="a sequence of texts, not one string"):
        classifier.predict("a text")
    assert classifier.predict([]).empty


def test_padding_leaves_predictions_alone(finished):
    classifier = embedkit.load(finished.path)
    texts = ["good film", "bad", "", "good fine poor plot cast score film film film"]
    together = classifier.predict(texts)["p_pos"].astype(float)
    alone = [float(classifier.predict([text])["p_pos"].iloc[0]) for text in texts]
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_a_changed_weight_is_refused(finished, recipe, tmp_path):
    run = embedkit.run(recipe, out=tmp_path / "run")
    content = bytearray((run.path / "weights.safetensors").read_bytes())
    content[-1] ^= 1
    (run.path / "weights.safetensors").write_bytes(content)
    with pytest.raises(RunError, match="weights.safetensors: the file is not what the run wrote"):
        embedkit.load(run.path)


def test_an_evaluation_run_scores_a_trained_model_on_other_texts(finished, tmp_path):
    recipe = {
        "name": "evaluate",
        "model": str(finished.path),
        "data": {"test": {"use": "inline", "texts": ["good film", "bad odd plot"], "labels": ["pos", "neg"]}},
    }
    run = embedkit.run(recipe, out=tmp_path / "evaluation")
    assert run.metrics["test"]["n"] == 2
    assert run.predictions["oov_tokens"].tolist() == [[], ["odd"]]
    with pytest.raises(RunError, match="this run trained no model\n    It evaluated the model of"):
        embedkit.load(run.path)


def test_an_evaluation_refuses_labels_the_model_does_not_know(finished, tmp_path):
    recipe = {
        "name": "evaluate",
        "model": str(finished.path),
        "data": {"test": {"use": "inline", "texts": ["good film"], "labels": ["positive"]}},
    }
    with pytest.raises(
        DataError, match="data.test: unknown label 'positive' .example 1. .allowed: neg, pos."
    ):
        embedkit.run(recipe, out=tmp_path / "evaluation")
    assert not (tmp_path / "evaluation").exists()


def test_dropped_words_stay_dropped_in_a_loaded_model(recipe, tmp_path):
    data = {
        **recipe["data"],
        "train": {"use": "inline", "texts": ["a a b", "a c", "a", "a"], "labels": ["pos", "neg"] * 2},
    }
    data.pop("validation")
    run = embedkit.run({**recipe, "data": data, "vocabulary": {"min_count": 2}}, out=tmp_path / "run")
    assert run.read_csv("dropped.csv")["word"].tolist() == ["b", "c"]
    assert run.vocabulary["count"].tolist() == [0, 2, 5]
    (prediction,) = embedkit.load(run.path).predictions(["a b z"])
    assert prediction.states == ("covered", "dropped", "unseen")


def test_words_that_look_like_numbers_or_missing_values_survive(recipe, tmp_path):
    texts = ["1.0 nan NA", 'null "quoted" a,b', "-0 True", "1e5 N/A"]
    data = {"train": {"use": "inline", "texts": texts, "labels": ["pos", "neg"] * 2}}
    run = embedkit.run({**recipe, "data": data}, out=tmp_path / "run")
    assert list(run.vocabulary["word"].iloc[2:]) == [word for text in texts for word in text.split()]
    assert embedkit.load(run.path).predict(texts)["unseen"].sum() == 0


def test_several_classes(recipe, tmp_path):
    data = {"train": {"use": "inline", "texts": ["a b", "c d", "e f"] * 6, "labels": ["x", "y", "z"] * 6}}
    changed = {**recipe, "data": data, "training": {"epochs": 30, "batch_size": 3, "lr": 0.05}}
    run = embedkit.run(changed, out=tmp_path / "run")
    assert run.metrics["train"]["accuracy"] == 1.0
    assert {"p_x", "p_y", "p_z"} < set(run.predictions.columns)
    assert run.read_json("model.json")["classes"] == ["x", "y", "z"]


def test_the_positive_class_is_the_last_one_given(recipe, tmp_path):
    data = {**recipe["data"], "labels": ["pos", "neg"]}
    run = embedkit.run({**recipe, "data": data}, out=tmp_path / "run")
    assert [c for c in run.predictions.columns if c.startswith("p_")] == ["p_pos", "p_neg"]


def test_a_text_that_is_too_long_is_cut_at_either_end(recipe, tmp_path):
    data = {
        "train": {"use": "inline", "texts": ["a b c d", "e f"], "labels": ["pos", "neg"]},
        "max_length": 3,
    }
    for cut, kept in (("tail", ["a", "b", "c"]), ("head", ["b", "c", "d"])):
        run = embedkit.run({**recipe, "data": {**data, "cut": cut}}, out=tmp_path / cut)
        assert run.predictions["token_list"].tolist() == [kept, ["e", "f"]]
        assert run.predictions["cut"].tolist() == [1, 0]


def test_an_encoder_that_reads_padding_gets_one_length_everywhere(recipe, tmp_path):
    data = {"train": {"use": "inline", "texts": ["a b c", "e f"], "labels": ["pos", "neg"]}}
    encoder = {"use": "rnn", "hidden_size": 4, "mask_padding": False}
    run = embedkit.run({**recipe, "data": data, "encoder": encoder}, out=tmp_path / "run")
    assert {k: run.read_json("model.json")[k] for k in ("pad_to", "max_length")} == {
        "pad_to": 3,
        "max_length": 3,
    }
    classifier = embedkit.load(run.path)
    together = classifier.predict(["a", "a b c e f"])
    assert together["cut"].tolist() == [0, 2]
    alone = classifier.predict(["a"])
    assert float(alone["p_pos"].iloc[0]) == pytest.approx(float(together["p_pos"].iloc[0]), abs=1e-6)
