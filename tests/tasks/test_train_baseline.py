"""Runs whose model is a baseline: the same splits, files and figures as those of other models."""

from __future__ import annotations

import numpy as np
import pytest
from embedkit_baselines.ngrams import WORD_OR_MARK

import embedkit
from embedkit.errors import DataError, RecipeError, RunError
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe

TEXTS = [
    f"{mood} {thing} {number}"
    for number in range(4)
    for mood in ("good", "fine", "bad", "poor")
    for thing in ("film", "plot", "cast", "score")
]
LABELS = (["pos"] * 8 + ["neg"] * 8) * 4
BASELINES = ("majority", "naive-bayes", "nbsvm", "tfidf-logistic-regression")


def recipe(baseline="nbsvm", **data):
    train = {"use": "inline", "texts": TEXTS, "labels": LABELS}
    test = {"use": "inline", "texts": ["good new film", "", "zzz", "poor plot"], "labels": ["pos", "neg"] * 2}
    return {
        "name": "bag",
        "seed": 3,
        "data": {"train": train, "validation": {"share": 0.25}, "test": test, **data},
        "baseline": baseline,
        "evaluation": {"metrics": ["accuracy", "log-loss"]},
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return embedkit.run(recipe(), out=tmp_path_factory.mktemp("runs") / "bag")


@pytest.mark.parametrize("name", BASELINES)
def test_it_predicts_what_the_baseline_beside_a_model_does(name, tmp_path):
    run = embedkit.run(recipe(name), out=tmp_path / "run")
    train = run.predictions[run.predictions["split"] == "train"]
    texts, labels = [*train["text"]], np.array([*map(("neg", "pos").index, train["label"])])
    fitted = build_registry().get("baseline", name).factory().fit(texts, labels, ("neg", "pos"))
    test = run.predictions[run.predictions["split"] == "test"]
    expected = fitted.probabilities([*test["text"]])
    assert test[["p_neg", "p_pos"]].to_numpy().tobytes() == expected.tobytes()
    assert [*test["predicted"]] == [("neg", "pos")[row[1] >= 0.5] for row in expected.tolist()]


def test_the_splits_are_those_of_a_model_with_the_same_data(finished, tmp_path):
    model = {**recipe(), "tokenizer": "whitespace", "embedding": {"use": "random", "dim": 4}}
    model |= {"encoder": "bag", "training": {"epochs": 1}}
    del model["baseline"]
    beside = embedkit.run(model, out=tmp_path / "run")
    columns = ["split", "id", "label", "text"]
    assert beside.predictions[columns].equals(finished.predictions[columns])


def test_the_loss_is_the_log_loss_of_the_predictions(finished):
    for split, figures in finished.results.items():
        assert figures.loss == pytest.approx(figures.scores["log-loss"]), split


def test_words_of_the_training_texts_are_covered_and_others_unseen(finished):
    test = finished.predictions[finished.predictions["split"] == "test"]
    assert test["token_states"].tolist() == [
        ["covered", "unseen", "covered"],
        [],
        ["unseen"],
        ["covered", "covered"],
    ]
    assert finished.oov.analysis.splits["test"].coverage.tokens.all.unseen == 2
    assert finished.word_counts()["good"] == sum(
        "good" in text for text in finished.predictions.query("split == 'train'")["text"]
    )


def test_the_default_tokenizer_counts_the_words_that_the_bundled_baselines_count():
    loaded = load_recipe(recipe(), build_registry())
    assert f"(?u){loaded.tokenizer.parameters['pattern']}" == WORD_OR_MARK


@pytest.mark.parametrize("baseline", BASELINES)
def test_several_classes_and_several_labels(baseline, tmp_path):
    texts = [f"{colour} {thing} {n}" for n in range(6) for colour, thing in zip("rgb", "xyz", strict=True)]
    train = {"use": "inline", "texts": texts, "labels": ["red", "green", "blue"] * 6}
    classes = embedkit.run(recipe(baseline, train=train, test=None), out=tmp_path / "classes")
    assert {"p_blue", "p_green", "p_red"} <= {*classes.predictions.columns}
    train = {**train, "labels": ["red,warm", "green", "blue,cold"] * 5 + ["red,warm", "", "blue,cold"]}
    labels = embedkit.run(
        recipe(baseline, train=train, test={"share": 0.2}, validation=None, label_separator=","),
        out=tmp_path / "labels",
    )
    assert np.isfinite(labels.results["test"].loss)
    assert labels.results["train"].n == 14


def test_folds_and_seeds_are_runs_of_their_own(tmp_path):
    several = {**recipe(validation=None, test=None, folds={"count": 3}), "seeds": [1, 2]}
    run = embedkit.run(several, out=tmp_path / "run")
    assert [each.path.name for each in run.folds][:3] == ["fold-0-seed-1", "fold-0-seed-2", "fold-1-seed-1"]
    assert run.summaries["test"].scores["accuracy"].mean > 0.9
    assert len(run.predictions) == 2 * len(TEXTS)
    again = embedkit.run(run.folds[0].path / "recipe.yaml", out=tmp_path / "again")
    assert again.predictions.equals(run.folds[0].predictions)


def test_the_same_run_has_the_same_bytes(finished, tmp_path):
    again = embedkit.run(recipe(), out=tmp_path / "run")
    for name in ("predictions.csv", "metrics.json", "oov.json", "model.json", "vocabulary.csv"):
        assert again.file(name).read_bytes() == finished.file(name).read_bytes()


def test_what_cannot_be_learnt_ends_the_run_with_the_reason(tmp_path):
    train = {"use": "inline", "texts": ["", " "], "labels": ["a", "b"]}
    with pytest.raises(DataError, match="no training text has a word in it"):
        embedkit.run(recipe(train=train, validation=None, test=None), out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_baseline_that_cannot_learn_the_task_is_a_fault_of_the_recipe(tmp_path, first_class):
    with pytest.raises(RecipeError, match="'first' cannot learn several labels of a text"):
        embedkit.run(recipe("first", label_separator=","), out=tmp_path / "run")
    train = {"use": "inline", "texts": TEXTS[:9], "labels": ["a", "b", "c"] * 3}
    with pytest.raises(RecipeError, match="^baseline: 'first' cannot learn a multiclass task, but binary"):
        embedkit.run(recipe("first", train=train, test=None), out=tmp_path / "run")


def test_baselines_may_stand_beside_it(tmp_path):
    beside = {**recipe(), "evaluation": {"baselines": ["majority"]}}
    run = embedkit.run(beside, out=tmp_path / "run")
    assert run.results["test"].baselines["majority"].accuracy == 0.5


def test_validate_looks_over_the_data(tmp_path, caplog):
    from embedkit.cli import main

    texts = {"use": "inline", "texts": ["a b", "a b", "c"], "labels": ["x", "y", "y"]}
    path = tmp_path / "bag.yaml"
    path.write_text(load_recipe(recipe(train=texts, validation=None, test=None), build_registry()).to_yaml())
    for strict, code in ([], 0), (["--strict"], 2):
        with pytest.raises(SystemExit) as ended:
            main(["validate", "--data", str(path), *strict])
        assert ended.value.code == code
    assert "different labels" in caplog.text


def test_texts_in_files_give_the_same_bytes(finished, tmp_path):
    again = embedkit.run(recipe(in_memory=False), out=tmp_path / "run")
    assert again.file("predictions.csv").read_bytes() == finished.file("predictions.csv").read_bytes()
    assert (
        again.file("baseline.safetensors").read_bytes() == finished.file("baseline.safetensors").read_bytes()
    )


def test_what_only_other_models_have_is_refused_with_the_reason(finished):
    for read in (finished.embedding_frame, lambda: finished.history, lambda: finished.oov.drift):
        with pytest.raises(RunError, match="the model of this run is a baseline: it has no "):
            read()
    assert finished.ids("test").shape == (4, 3)
