"""`run`, `predict`, `explain` and `compare` with a run whose model is a baseline."""

from __future__ import annotations

import json
import shlex

import pytest

import embedkit
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe

TEXTS = [f"{mood} {thing}" for mood in ("good", "fine", "bad", "poor") for thing in ("film", "plot", "cast")]


def recipe(baseline="nbsvm"):
    train = {"use": "inline", "texts": TEXTS * 5, "labels": (["pos"] * 6 + ["neg"] * 6) * 5}
    test = {"use": "inline", "texts": ["good new film", "", "bad zzz"], "labels": ["pos", "neg", "pos"]}
    return {"name": "bag", "data": {"train": train, "test": test}, "baseline": baseline}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return embedkit.run(recipe(), out=tmp_path_factory.mktemp("runs") / "bag")


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    data = {"train": recipe()["data"]["train"], "folds": {"count": 2}}
    return embedkit.run({**recipe(), "data": data}, out=tmp_path_factory.mktemp("runs") / "several")


def test_predict_prints_and_writes_json(finished, embedkit_command):
    done = embedkit_command("predict", finished.path, "good cast", "poor")
    assert [line.split("\t")[::2] for line in done.out.splitlines()] == [
        ["pos", "good cast"],
        ["neg", "poor"],
    ]
    (found,) = json.loads(embedkit_command("predict", finished.path, "good zzz", "--json").out)
    assert [token["state"] for token in found["tokens"]] == ["covered", "unseen"]
    assert set(found["probabilities"]) == {"neg", "pos"}


def test_predict_of_folds_says_which_runs_there_are(several, embedkit_command):
    done = embedkit_command("predict", several.path, "good")
    assert done.code == 2
    assert "this run is made of several, and each of them has a model" in done.err
    assert embedkit_command("predict", several.folds[0].path, "good").out.startswith("pos\t")


def test_explain_shows_the_ngrams_that_decided(finished, embedkit_command):
    done = embedkit_command("explain", finished.path, "--split", "test", "--id", 3)
    assert "test 3: pos, predicted neg" in done.out
    assert "for neg: bad +" in done.out
    assert "nearest in the trained table" not in done.out
    (text,) = json.loads(
        embedkit_command("explain", finished.path, "--split", "test", "--id", 1, "--json").out
    )
    (evidence,) = text["evidence"]
    assert (evidence["label"], evidence["for_it"][0]["ngram"]) == ("pos", "good")
    weights = [each["weight"] for each in evidence["for_it"]]
    assert weights == sorted(weights, reverse=True)


def test_explain_of_a_text_of_folds_and_of_a_text_without_words(finished, several, embedkit_command):
    assert "for pos: good +" in embedkit_command("explain", several.path, "--id", 1).out
    empty = embedkit_command("explain", finished.path, "--split", "test", "--id", 2)
    assert (empty.code, "no tokens" in empty.out) == (0, True)


def test_explain_of_the_run_has_no_policies(finished, embedkit_command):
    out = embedkit_command("explain", finished.path).out
    assert "tokens of" in out
    assert "another policy" not in out


def test_training_with_vectors_hidden_is_refused(finished, embedkit_command, tmp_path):
    done = embedkit_command("explain", finished.path, "--hide", "0.5", "--out", tmp_path / "hidden")
    assert done.code == 2
    assert "the model of this run is a baseline, which has no vectors" in done.err


def test_it_is_compared_with_another_run(finished, tmp_path, embedkit_command):
    other = embedkit.run(recipe("majority"), out=tmp_path / "majority")
    found = json.loads(embedkit_command("compare", finished.path, other.path, "--json").out)
    assert [run["run"] for run in found["runs"]] == ["bag", "majority"]


def test_the_model_is_evaluated_on_other_texts(finished, tmp_path, embedkit_command):
    test = {"use": "inline", "texts": ["good film", "poor", "poor film"], "labels": ["pos", "neg", "pos"]}
    later = {"name": "later", "model": str(finished.path), "data": {"test": test}}
    run = embedkit.run({**later, "evaluation": {"baselines": ["majority"]}}, out=tmp_path / "later")
    assert run.results["test"].scores["accuracy"] == pytest.approx(2 / 3)
    assert run.results["test"].baselines["majority"].accuracy == pytest.approx(2 / 3)
    assert [*run.predictions["text"]] == test["texts"]
    assert "test 2: neg, predicted neg" in embedkit_command("explain", run.path, "--id", 2).out


def test_the_table_has_a_line_for_what_was_chosen_and_the_bundled_recipe_runs(tmp_path, embedkit_command):
    done = embedkit_command(*shlex.split(f"run quickstart-nbsvm --out {tmp_path}/run"))
    assert done.code == 0
    assert "nbsvm chose ngrams" in embedkit_command("explain", f"{tmp_path}/run").out
    loaded = load_recipe("quickstart-nbsvm", build_registry())
    assert embedkit_command("show", "quickstart-nbsvm").out == loaded.to_yaml()
