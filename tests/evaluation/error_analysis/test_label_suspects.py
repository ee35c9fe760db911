"""Texts whose label independent models contradict."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from embedkit.evaluation.error_analysis.held_out import HeldOut
from embedkit.evaluation.error_analysis.label_suspects import contradictory_duplicates, label_suspects


def held_out(labels, probabilities, texts=None, recipes=()):
    probabilities = np.array(probabilities, np.float64)
    n, classes = probabilities.shape[1:]
    return HeldOut(
        ids=np.arange(101, 101 + n),
        texts=tuple(texts or (f"text {place}" for place in range(n))),
        tokens=((),) * n,
        labels=np.array(labels),
        classes=tuple("abcdefgh"[:classes]),
        probabilities=probabilities,
        models=tuple(f"model {place}" for place in range(len(probabilities))),
        recipes=recipes,
    )


def of_three_models(n=600, classes=4, changed=6, seed=0):
    """Return what three good models predict of uneven classes, and the ids of the changed labels."""
    generator = np.random.default_rng(seed)
    prior = 0.5 ** np.arange(classes)
    true = generator.choice(classes, n, p=prior / prior.sum())
    odds = 6 * np.eye(classes)[true] + generator.standard_normal((3, n, classes))
    labels = true.copy()
    labels[:changed] = (true[:changed] + 1) % classes
    return held_out(labels, softmax(odds, axis=2)), {*range(101, 101 + changed)}


def test_changed_labels_are_suspects_with_the_class_they_had():
    given, changed = of_three_models()
    found = label_suspects(given)
    assert {suspect.id for suspect in found.suspects} == changed
    for suspect in found.suspects:
        was = (given.classes.index(suspect.label) - 1) % 4
        assert suspect.agreed == given.classes[was]
        assert suspect.votes == 3
        assert suspect.score > 0.9
    scores = [suspect.score for suspect in found.suspects]
    assert scores == sorted(scores, reverse=True)
    low, high = found.noise.ci95
    assert low <= 0.01 <= high
    assert found.recipes == given.models


def test_a_class_that_models_are_never_sure_of_needs_no_more_than_is_usual_of_it():
    """Of 0.6, which is all that texts of the rare class get, a label is suspect; of 0.55 it is not."""
    rare, other, doubtful = [0.4, 0.6], [0.95, 0.05], [0.45, 0.55]
    rows = [other] * 60 + [rare] * 30 + [rare, doubtful]
    labels = [0] * 60 + [1] * 30 + [0, 0]
    found = label_suspects(held_out(labels, [rows, rows]))
    assert [suspect.id for suspect in found.suspects] == [101 + 90]


def test_one_recipe_alone_tells_no_share_of_wrong_labels():
    given, changed = of_three_models()
    for alone in (replace(given, recipes=("r", "r", "r")), given.of_models([1])):
        found = label_suspects(alone)
        assert found.noise is None
        assert len({suspect.id for suspect in found.suspects} & changed) >= 3
        assert {suspect.wrong for suspect in found.suspects} == {None}
        assert {suspect.votes for suspect in found.suspects} == {1}


def test_a_majority_baseline_is_not_heard():
    given, _ = of_three_models()
    constant = np.tile([0.7, 0.1, 0.1, 0.1], (1, len(given.labels), 1))
    more = np.concatenate([constant, given.probabilities])
    found = label_suspects(replace(given, probabilities=more, models=("majority", *given.models)))
    assert found.left_out == ("majority",)
    assert found.suspects == label_suspects(given).suspects


def test_duplicates_with_different_labels_come_first_to_those_with_most_wrong_ones():
    texts = ["good", "bad", "good", "", "", "bad", "good", "bad", "bad", "same", "same"]
    labels = [0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 1]
    found = contradictory_duplicates(held_out(labels, np.full((1, 11, 2), 0.5), texts))
    assert [(each.text, each.ids, each.labels) for each in found] == [
        ("bad", (102, 106, 108, 109), ("b", "a", "b", "a")),
        ("good", (101, 103, 107), ("a", "b", "b")),
    ]
    assert [each.fewest_wrong for each in found] == [2, 1]


@pytest.mark.parametrize("n", [1, 2, 10])
def test_few_texts_a_class_that_is_never_predicted_and_empty_texts(n):
    generator = np.random.default_rng(n)
    rows = np.concatenate([generator.dirichlet([1, 1], (2, n)), np.zeros((2, n, 1))], axis=2)
    found = label_suspects(held_out(np.arange(n) % 3, rows, texts=[""] * n))
    assert found.n == n
    assert found.duplicates == ()
    assert found.noise is None or not found.noise.found


def test_all_texts_have_the_same_label():
    found = label_suspects(held_out([0] * 30, np.random.default_rng(0).dirichlet([9, 1], (2, 30))))
    assert found.flagged_by_cleanlab is None
    assert found.suspects == ()  # no text has the other class, so none says how sure models are of it


@pytest.mark.skipif("EMBEDKIT_DATA" not in os.environ, reason="EMBEDKIT_DATA is not set")
def test_changed_labels_of_real_sentences_are_among_the_first_suspects():
    """`benchmarks/label_suspects.py` has the figures of better models, and of other texts."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    rows = (Path(os.environ["EMBEDKIT_DATA"]) / "mr.tsv").read_text(encoding="utf-8").split("\n")
    pairs = [row.split("\t", 1) for row in rows if row]
    texts = [text for _, text in pairs]
    labels = np.array([label == "pos" for label, _ in pairs]).astype(int)
    wrong = np.zeros(len(labels), bool)
    wrong[np.random.default_rng(2).choice(len(labels), len(labels) // 20, replace=False)] = True
    labels[wrong] = 1 - labels[wrong]
    models = [
        make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=5)),
        make_pipeline(CountVectorizer(ngram_range=(1, 2), binary=True), MultinomialNB()),
    ]
    folds = StratifiedKFold(10, shuffle=True, random_state=2)
    told = [cross_val_predict(model, texts, labels, cv=folds, method="predict_proba") for model in models]
    found = label_suspects(held_out(labels, told, texts))
    assert wrong[[suspect.id - 101 for suspect in found.suspects[:50]]].mean() >= 0.7
    low, high = found.noise.ci95
    assert 0 < low < 0.05 < high < 0.12
