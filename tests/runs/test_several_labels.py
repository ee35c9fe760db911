"""A text with any number of labels, from recipe to predictions, held against scikit-learn and plain torch."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import rankdata
from sklearn import metrics as sk

import embedkit
from embedkit.errors import DataError, RecipeError

pytestmark = pytest.mark.any_system

PARTS = {"funny": "laughs", "sad": "tears", "long": "hours"}


def text_of(labels):
    return " ".join(["film", *(PARTS[label] for label in labels)])


SETS = [(), ("funny",), ("sad",), ("long", "funny"), ("sad", "long"), ("funny", "sad", "long"), ("long",)]
METRICS = [
    "accuracy",
    {"use": "f1", "average": "micro"},
    {"use": "precision", "average": "none"},
    "recall",
    "roc-auc",
    "log-loss",
    "confusion-matrix",
    "hamming-loss",
]


@pytest.fixture(scope="module")
def recipe():
    sets = SETS * 6
    noise = [f" {word}" for word in ("good", "bad", "odd", "fine", "late")]
    texts = [text_of(labels) + noise[i % 5] for i, labels in enumerate(sets)]
    return {
        "name": "several",
        "seed": 1,
        "data": {
            "train": {"use": "inline", "texts": texts, "labels": ["/".join(labels) for labels in sets]},
            "validation": {"share": 0.2},
            "test": {
                "use": "inline",
                "texts": ["film", "laughs film hours", "tears laughs", "hours tears", "tears"],
                "labels": ["", "long/funny", "sad/funny/long", "sad/long", "sad"],
            },
            "label_separator": "/",
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 8},
        "encoder": {"use": "bag", "pooling": "max"},
        "training": {"epochs": 40, "batch_size": 4, "lr": 0.05},
        "evaluation": {"metrics": METRICS},
    }


@pytest.fixture(scope="module")
def run(recipe, tmp_path_factory):
    return embedkit.run(recipe, out=tmp_path_factory.mktemp("runs") / "several")


CLASSES = ["funny", "long", "sad"]


def indicators(column):
    return np.array([[label in cell.split("/") for label in CLASSES] for cell in column])


def test_it_learns_which_labels_there_are(run):
    assert run.read_json("model.json")["classes"] == CLASSES
    assert run.metrics["train"]["accuracy"] == 1.0
    test = run.predictions.query("split == 'test'")
    assert list(test["predicted"]) == ["", "funny/long", "funny/sad", "long/sad", "sad"]
    assert list(test["label"]) == ["", "funny/long", "funny/long/sad", "long/sad", "sad"]
    assert run.metrics["test"]["accuracy"] == 4 / 5


def test_the_columns_of_the_predictions(run):
    frame = run.predictions
    p = frame[["p_funny", "p_long", "p_sad"]].to_numpy()
    assert (indicators(frame["predicted"]) == (p >= 0.5)).all()
    of_each = np.where(p >= 0.5, p, 1 - p)
    np.testing.assert_allclose(frame["probability"], of_each.prod(axis=1))
    assert not np.allclose(p.sum(axis=1), 1)


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_every_figure_is_scikit_learns(run, split):
    frame, figures = run.predictions.query(f"split == '{split}'"), run.metrics[split]
    true, predicted = indicators(frame["label"]), indicators(frame["predicted"])
    p = frame[["p_funny", "p_long", "p_sad"]].to_numpy()
    assert figures["n"] == len(true)
    assert figures["accuracy"] == pytest.approx((true == predicted).all(1).mean())
    low, high = figures["accuracy_ci95"]
    assert low <= figures["accuracy"] <= high
    assert figures["f1"] == pytest.approx(sk.f1_score(true, predicted, average="micro", zero_division=0))
    each = sk.precision_score(true, predicted, average=None, zero_division=0)
    assert figures["precision"] == pytest.approx(dict(zip(CLASSES, each, strict=True)))
    recalls = [t[p].sum() / t.sum() if t.sum() else 0 for t, p in zip(true.T, predicted.T, strict=True)]
    assert figures["recall"] == pytest.approx(np.mean(recalls))
    assert figures["hamming-loss"] == pytest.approx((true != predicted).mean())
    entropy = -np.log(np.where(true, p, 1 - p)).mean()
    assert figures["log-loss"] == pytest.approx(entropy)
    assert figures["loss"] == pytest.approx(entropy, rel=1e-4)
    assert figures["roc-auc"] == pytest.approx(
        np.mean([sk.roc_auc_score(t, q) for t, q in zip(true.T, p.T, strict=True)])
    )
    tn, fp, fn, tp = (
        int((a & b).sum()) for a in (~true[:, 0], true[:, 0]) for b in (~predicted[:, 0], predicted[:, 0])
    )
    assert figures["confusion-matrix"]["funny"] == {"tn": tn, "fp": fp, "fn": fn, "tp": tp}


def test_a_loaded_model_predicts_the_same(run):
    test = run.predictions.query("split == 'test'").reset_index(drop=True)
    classifier = embedkit.load(run.path)
    assert classifier.classes == tuple(CLASSES)
    predicted = classifier.predict([*test["text"]]).reset_index(drop=True)
    assert list(predicted["predicted"]) == list(test["predicted"])
    np.testing.assert_allclose(predicted["probability"].astype(float), test["probability"], rtol=1e-5)


def test_an_evaluation_with_another_threshold(run, recipe, tmp_path):
    evaluation = {
        "name": "again",
        "model": str(run.path),
        "data": {"test": recipe["data"]["test"]},
        "evaluation": {"metrics": METRICS, "threshold": 0.999},
    }
    again = embedkit.run(evaluation, out=tmp_path / "again")
    p = again.predictions[["p_funny", "p_long", "p_sad"]].to_numpy()
    assert (indicators(again.predictions["predicted"]) == (p >= 0.999)).all()
    assert again.metrics["test"]["log-loss"] == pytest.approx(run.metrics["test"]["log-loss"])
    evaluation["data"] = {"test": {"use": "inline", "texts": ["a"], "labels": ["sad/fun"]}}
    with pytest.raises(DataError, match="unknown label 'fun' .example 1. - did you mean 'funny'"):
        embedkit.run(evaluation, out=tmp_path / "unknown")
    evaluation["evaluation"] = {"metrics": [{"use": "f1", "average": "binary"}]}
    evaluation["data"] = {"test": recipe["data"]["test"]}
    with pytest.raises(RecipeError, match="metrics.0: 'f1' as it stands here cannot score several labels"):
        embedkit.run(evaluation, out=tmp_path / "unfit")


def test_two_labels_are_not_two_classes(recipe, tmp_path):
    data = {
        "train": {"use": "inline", "texts": ["a b", "a", "b", "c"] * 4, "labels": ["x|y", "x", "y", ""] * 4},
        "label_separator": "|",
    }
    run = embedkit.run({**recipe, "data": data}, out=tmp_path / "run")
    assert run.metrics["train"]["accuracy"] == 1.0
    assert set(run.metrics["train"]["confusion-matrix"]["x"]) == {"tn", "fp", "fn", "tp"}
    assert embedkit.load(run.path).model.head.out_features == 2


@pytest.mark.skipif("EMBEDKIT_DATA" not in os.environ, reason="EMBEDKIT_DATA is not set")
def test_sentences_that_are_positive_or_negative_and_strongly_so_or_neither(tmp_path):
    """SST's five grades as three labels: neutral sentences have none of them."""
    grades = {"0": "negative+strong", "1": "negative", "2": "", "3": "positive", "4": "strong+positive"}

    def reader(name):
        path = Path(os.environ["EMBEDKIT_DATA"], name)
        return {
            "use": "tsv",
            "path": path,
            "header": False,
            "columns": ["label", "text"],
            "label_map": grades,
        }

    recipe = {
        "name": "grades",
        "data": {
            "train": reader("sst1.train.tsv"),
            "validation": {"share": 0.1},
            "test": reader("sst1.test.tsv"),
            "label_separator": "+",
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 50},
        "encoder": {"use": "bag", "dropout": 0.3},
        "training": {"epochs": 4, "batch_size": 50, "lr": 0.01, "class_weights": "balanced"},
        "evaluation": {"metrics": ["accuracy", "f1", "roc-auc", "hamming-loss"]},
    }
    run = embedkit.run(recipe, out=tmp_path / "run")
    test = run.predictions.query("split == 'test'")
    assert test["label"].value_counts().to_dict() == {
        "negative": 633, "positive": 510, "positive+strong": 399, "": 389, "negative+strong": 279
    }  # fmt: skip
    shares = run.predictions.groupby("split")["label"].value_counts(normalize=True).unstack()
    np.testing.assert_allclose(shares.loc["validation"], shares.loc["train"], atol=0.002)
    figures, classes = run.metrics["test"], ["negative", "positive", "strong"]
    true, guessed = (
        np.array([[label in cell.split("+") for label in classes] for cell in test[column]])
        for column in ("label", "predicted")
    )
    both, either = (true & guessed).sum(0), true.sum(0) + guessed.sum(0)
    assert figures["f1"] == pytest.approx((2 * both / either).mean())
    assert figures["hamming-loss"] == pytest.approx((true ^ guessed).mean())
    ranks = rankdata(test[[f"p_{label}" for label in classes]], axis=0)
    there = true.sum(0)
    pairs = (ranks * true).sum(0) - there * (there + 1) / 2
    assert figures["roc-auc"] == pytest.approx((pairs / (there * (len(true) - there))).mean())
    assert figures["roc-auc"] > 0.68
