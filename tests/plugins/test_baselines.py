"""The bundled baselines: what they learn, what they reach on movie reviews, and what is left out."""

from __future__ import annotations

import os
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from embedkit.contracts import check_probabilities
from embedkit.errors import ComponentError, DataError
from embedkit.registry import build_registry

NAMES = ["majority", "naive-bayes", "nbsvm", "tfidf-logistic-regression"]
TEXTS = ["a good film", "good, very good", "fine cast", "a bad film", "bad plot, bad cast", "poor"]
LABELS = np.array([1, 1, 1, 0, 0, 0])
CLASSES = ("neg", "pos")
REGISTRY = build_registry()


def baseline(name, **keys):
    return REGISTRY.get("baseline", name).factory(**keys)


@pytest.mark.parametrize("name", NAMES[1:])
def test_good_texts_are_told_from_bad_ones(name):
    fitted = baseline(name).fit(TEXTS, LABELS, CLASSES)
    probabilities = fitted.probabilities(["a good good FILM", "a bad bad plot"])
    assert probabilities.argmax(axis=1).tolist() == [1, 0]
    assert probabilities.sum(axis=1) == pytest.approx([1, 1])


@pytest.mark.parametrize("name", NAMES)
def test_it_is_repeated_to_the_byte(name):
    first, second = (baseline(name).fit(TEXTS, LABELS, CLASSES).probabilities(TEXTS) for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_majority_gives_every_text_the_shares_of_training():
    fitted = baseline("majority").fit(["a", "b", "c", "d"], np.array([0, 2, 2, 2]), ("x", "y", "z"))
    assert fitted.probabilities(["a", "q"]).tolist() == [[0.25, 0.0, 0.75]] * 2
    several = np.array([[True, False], [True, True]])
    assert baseline("majority").fit(["a", "b"], several, ("x", "y")).probabilities(["c"]).tolist() == [
        [1, 0.5]
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_class_without_a_training_text_is_given_nothing(name):
    labels = np.where(LABELS == 1, 2, 0)
    probabilities = baseline(name).fit(TEXTS, labels, ("neg", "so-so", "pos")).probabilities(TEXTS)
    assert probabilities.shape == (6, 3)
    assert not probabilities[:, 1].any()


@pytest.mark.parametrize("name", NAMES)
def test_several_classes_and_several_labels(name):
    three = np.array([0, 1, 2, 0, 1, 2])
    texts = ["red sun", "blue sea", "green leaf", "red moon", "blue sky", "green tree"]
    one = baseline(name).fit(texts, three, ("r", "b", "g")).probabilities(["red", "blue", "green"])
    several = np.eye(3, dtype=bool)[three] | np.array([False, False, True])
    each = baseline(name).fit(texts, several, ("r", "b", "g")).probabilities(["red", "blue", "green"])
    assert one.shape == each.shape == (3, 3)
    assert one.sum(axis=1) == pytest.approx(np.ones(3))
    assert (each[:, 2] == 1).all()
    if name != "majority":
        assert one.argmax(axis=1).tolist() == [0, 1, 2]
        assert each[0, 0] > each[1, 0]


@pytest.mark.parametrize("name", NAMES[1:])
def test_texts_without_a_word_cannot_be_learnt(name):
    with pytest.raises(DataError, match="no training text has a word in it"):
        baseline(name).fit(["!", "?"], np.array([0, 1]), CLASSES)


def test_nbsvm_by_hand():
    """Two words, of which `a` is in both positive texts and `b` in the one negative text."""
    from sklearn.linear_model import LogisticRegression

    fitted = baseline("nbsvm", ngrams=1, beta=0.25).fit(["a", "a", "b"], np.array([1, 1, 0]), CLASSES)
    ratio = np.array([np.log((3 / 4) / (1 / 3)), np.log((1 / 4) / (2 / 3))])
    scaled = np.array([[ratio[0], 0], [ratio[0], 0], [0, ratio[1]]])
    learnt = LogisticRegression(solver="liblinear").fit(scaled, [1, 1, 0])
    weights = learnt.coef_[0]
    interpolated = 0.75 * np.abs(weights).mean() + 0.25 * weights
    logit = ratio * interpolated + learnt.intercept_[0]
    assert fitted.probabilities(["a", "b"])[:, 1] == pytest.approx(1 / (1 + np.exp(-logit)))


def test_probabilities_are_held_to_their_contract():
    good = np.array([[0.5, 0.5]])
    owner = object()
    assert check_probabilities(owner, good, 1, 2) is good
    for bad in (good.astype(np.float32), good[:, :1], good * 3, good * np.nan, -good, [[0.5, 0.5]]):
        with pytest.raises(ComponentError, match="object.probabilities: expected"):
            check_probabilities(owner, bad, 1, 2)


@pytest.mark.skipif("EMBEDKIT_DATA" not in os.environ, reason="EMBEDKIT_DATA is not set")
def test_ten_folds_of_movie_reviews_come_out_as_published():
    data = Path(os.environ["EMBEDKIT_DATA"])
    rows = [
        line.split("\t", 1) for line in (data / "mr.tsv").read_text("utf-8").removesuffix("\n").split("\n")
    ]
    labels = np.array([label == "pos" for label, _ in rows], np.int64)
    folds = np.array((data / "mr.folds10.txt").read_text().split(), int)
    reached = {}
    started = perf_counter()
    for name in NAMES[1:]:
        reached[name] = np.mean([_accuracy(name, rows, labels, folds == fold) for fold in range(10)])
    print(reached, f"{perf_counter() - started:.0f} s")
    expected = {"naive-bayes": 0.788, "nbsvm": 0.793, "tfidf-logistic-regression": 0.781}
    assert reached == pytest.approx(expected, abs=0.005)


def _accuracy(name, rows, labels, held_out):
    texts = np.array([text for _, text in rows], object)
    fitted = baseline(name).fit([*texts[~held_out]], labels[~held_out], CLASSES)
    predicted = fitted.probabilities([*texts[held_out]]).argmax(axis=1)
    return (predicted == labels[held_out]).mean()
