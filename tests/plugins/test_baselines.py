"""The bundled baselines: what they learn, what they reach on movie reviews, and what is left out."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from embedkit_baselines.counting import Counts
from embedkit_baselines.scores import mixed
from hypothesis import given
from hypothesis import strategies as st

from embedkit.errors import ComponentError, DataError
from embedkit.interfaces.contracts import check_probabilities
from embedkit.plugin.registry import build_registry

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
        baseline(name).fit([" ", "\t\n"], np.array([0, 1]), CLASSES)


def test_nbsvm_by_hand():
    """Two words, of which `a` is in both positive texts and `b` in the one negative text.

    Each text has one word, so its TF-IDF weight is 1.
    """
    from sklearn.linear_model import LogisticRegression

    fitted = baseline("nbsvm", ngrams=1, c=1, beta=0.25).fit(["a", "a a", "b"], np.array([1, 1, 0]), CLASSES)
    ratio = np.array([np.log((3 / 4) / (1 / 3)), np.log((1 / 4) / (2 / 3))])
    scaled = np.array([[ratio[0], 0], [ratio[0], 0], [0, ratio[1]]])
    learnt = LogisticRegression(solver="liblinear").fit(scaled, [1, 1, 0])
    weights = learnt.coef_[0]
    interpolated = 0.75 * np.abs(weights).mean() + 0.25 * weights
    mean = (scaled @ weights + learnt.intercept_[0]).mean()
    bias = mean - (scaled @ interpolated).mean()
    logit = ratio * interpolated + bias
    assert fitted.probabilities(["a", "b"])[:, 1] == pytest.approx(1 / (1 + np.exp(-logit)))


def test_probabilities_are_held_to_their_contract():
    good = np.array([[0.5, 0.5]])
    owner = object()
    assert check_probabilities(owner, good, 1, 2) is good
    for bad in (good.astype(np.float32), good[:, :1], good * 3, good * np.nan, -good, [[0.5, 0.5]]):
        with pytest.raises(ComponentError, match="object.probabilities: expected"):
            check_probabilities(owner, bad, 1, 2)


def asking(n, seed=0, positive=0.5):
    """Texts of ten words drawn from 300; most of those of the positive class end with a question mark."""
    rng = np.random.default_rng(seed)
    labels = (rng.random(n) < positive).astype(np.int64)
    marks = np.where(labels ^ (rng.random(n) < 0.1), "?", ".")
    words = rng.integers(300, size=(n, 10))
    return [" ".join(f"w{w}" for w in row) + mark for row, mark in zip(words, marks, strict=True)], labels


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_question_mark_is_a_token(name):
    texts, labels = asking(400)
    held_out, truth = asking(300, seed=1)
    predicted = baseline(name).fit(texts, labels, CLASSES).probabilities(held_out).argmax(axis=1)
    assert (predicted == truth).mean() > 0.85


@pytest.mark.parametrize("positive", [0.1, 0.31, 0.9])
@pytest.mark.parametrize("name", NAMES[1:])
def test_probabilities_of_uneven_classes_are_as_frequent_as_the_classes(name, positive):
    texts, labels = asking(600, positive=positive)
    held_out, truth = asking(600, seed=1, positive=positive)
    probabilities = baseline(name).fit(texts, labels, CLASSES).probabilities(held_out)
    assert probabilities[:, 1].mean() == pytest.approx(truth.mean(), abs=0.05)
    assert (probabilities.argmax(axis=1) == truth).mean() >= max(0.8, 1 - positive, positive) - 0.02


def test_nbsvm_does_not_take_a_long_text_for_one_of_the_frequent_class():
    """How sure it is of a class is as frequent as the class, among short texts as among long ones."""
    rng = np.random.default_rng(0)
    labels = (rng.random(2000) < 0.2).astype(np.int64)
    marks = np.where(labels ^ (rng.random(2000) < 0.15), "?", ".")
    sizes = rng.integers(3, 40, size=2000)
    words = [" ".join(f"w{w}" for w in rng.zipf(1.3, size) % 2000) for size in sizes]
    texts = [text + mark for text, mark in zip(words, marks, strict=True)]
    fitted = baseline("nbsvm", ngrams=2).fit(texts[:800], labels[:800], CLASSES)
    excess = fitted.probabilities(texts[800:])[:, 1] - labels[800:]
    long = sizes[800:] > 20
    assert excess[long].mean() == pytest.approx(excess[~long].mean(), abs=0.07)


@pytest.mark.parametrize("name", NAMES[1:])
def test_what_is_chosen_is_told_and_what_the_recipe_says_is_not(name):
    texts, labels = asking(120)
    chosen = baseline(name).fit(texts, labels, CLASSES).chosen
    own = {"naive-bayes": {"alpha"}, "nbsvm": {"c", "beta"}, "tfidf-logistic-regression": {"c"}}[name]
    assert {*chosen} == {"ngrams", "accuracy"} | own
    assert chosen["ngrams"] in (1, 2)
    assert 0.5 < chosen["accuracy"] <= 1
    said = {key: chosen[key] for key in own} | {"ngrams": 3}
    fitted = baseline(name, **said).fit(texts, labels, CLASSES)
    assert fitted.chosen == {}
    assert max(len(key.split()) for key in fitted.vectorizer.vocabulary_) == 3
    partly = baseline(name, ngrams=1).fit(texts, labels, CLASSES)
    assert partly.chosen["ngrams"] == 1


@pytest.mark.parametrize("name", NAMES[1:])
def test_of_few_texts_nothing_is_chosen(name):
    texts, labels = asking(49)
    assert baseline(name).fit(texts, labels, CLASSES).chosen == {}
    alone = np.zeros(60, np.int64)
    alone[7] = 1
    assert baseline(name).fit(asking(60)[0], alone, CLASSES).chosen == {}
    many = np.arange(93) % 31
    assert baseline(name).fit(asking(93)[0], many, [f"{i:02}" for i in range(31)]).chosen == {}


@pytest.mark.parametrize("name", NAMES[1:])
@pytest.mark.parametrize("rare", [1, 2, 4])
def test_a_class_of_a_few_texts_stops_no_choice(name, rare):
    texts, labels = asking(200)
    labels = labels.copy()
    labels[:rare] = 2
    fitted = baseline(name).fit(texts, labels, ("no", "yes", "rare"))
    probabilities = fitted.probabilities(texts)
    assert fitted.chosen
    assert probabilities.shape == (200, 3)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(200))


@pytest.mark.parametrize("name", NAMES[1:])
def test_several_labels_are_chosen_for_and_calibrated_each_by_itself(name):
    texts, labels = asking(300)
    rng = np.random.default_rng(3)
    several = np.column_stack([labels == 1, labels == 0, rng.random(300) < 0.02, np.ones(300, bool)])
    several[:, 2] = False
    several[5, 2] = True
    fitted = baseline(name).fit(texts, several, ("ask", "say", "rare", "all"))
    held_out, truth = asking(300, seed=1)
    probabilities = fitted.probabilities(held_out)
    assert fitted.chosen
    assert ((probabilities[:, 0] > 0.5) == (truth == 1)).mean() > 0.85
    assert ((probabilities[:, 1] > 0.5) == (truth == 0)).mean() > 0.85
    assert (probabilities[:, 2] < 0.5).all()
    assert (probabilities[:, 3] == 1).all()


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_choice_is_repeated_to_the_byte_and_changes_nothing_it_was_given(name):
    texts, labels = asking(120)
    before = labels.copy()
    labels.flags.writeable = False
    first, second = (baseline(name).fit(tuple(texts), labels, CLASSES) for _ in range(2))
    assert first.chosen == second.chosen
    assert first.probabilities(texts).tobytes() == second.probabilities(texts).tobytes()
    assert (labels == before).all()


def test_of_many_texts_a_sample_is_chosen_by_and_has_every_class(monkeypatch):
    from embedkit_baselines import search

    monkeypatch.setattr(search, "MOST_TEXTS", 100)
    texts, labels = asking(400)
    labels = labels.copy()
    labels[[17, 390]] = 2
    for name in NAMES[1:]:
        fitted = baseline(name).fit(texts, labels, ("no", "yes", "rare"))
        assert fitted.chosen
        assert fitted.probabilities(texts).shape == (400, 3)
        assert "w17" in fitted.vectorizer.vocabulary_


@pytest.mark.parametrize("classes", [2, 4])
def test_labels_are_kept_by_moving_probabilities_as_little_as_it_takes(classes):
    from embedkit_baselines.scores import KeepingLabels, calibrate, told

    rng = np.random.default_rng(0)
    labels = rng.integers(classes, size=300)
    scores = rng.normal(size=(300, 1 if classes == 2 else classes)) + 1
    calibration = calibrate(scores, labels)
    before, after = calibration(scores), KeepingLabels(calibration, single=True)(scores)
    said = told(scores, single=True)
    assert (before.argmax(axis=1) != said).any()
    assert (after.argmax(axis=1) == said).all()
    assert after.sum(axis=1) == pytest.approx(np.ones(300))
    assert (after[before.argmax(axis=1) == said] == before[before.argmax(axis=1) == said]).all()
    if classes == 2:
        assert after[before.argmax(axis=1) != said] == pytest.approx(0.5)


def test_each_of_several_labels_is_kept_and_what_is_certain_stays_so():
    from embedkit_baselines.scores import KeepingLabels, calibrate

    rng = np.random.default_rng(0)
    labels = np.column_stack([rng.random(300) < 0.2, np.ones(300, bool), np.zeros(300, bool)])
    scores = rng.normal(size=(300, 3))
    calibration = calibrate(scores, labels)
    before, after = calibration(scores), KeepingLabels(calibration, single=False)(scores)
    assert ((before[:, 0] > 0.5) != (scores[:, 0] > 0)).any()
    assert ((after[:, 0] > 0.5) == (scores[:, 0] > 0)).all()
    assert (after[:, 1:] == [1, 0]).all()


def five_folds(n):
    folds = np.arange(n) % 5
    return [(np.flatnonzero(folds != i), np.flatnonzero(folds == i)) for i in range(5)]


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("name", ["nbsvm", "naive-bayes", "tfidf-logistic-regression"])
def test_scores_are_not_turned_round_where_nothing_can_be_learnt(name, classes):
    """Of texts whose labels are drawn, those held out may be told worse than by chance."""
    for seed in range(4):
        generator = np.random.default_rng(seed)
        words = generator.integers(0, 300, size=(60, 12))
        texts = [" ".join(f"word{number}" for number in row) for row in words]
        labels = generator.permutation(np.arange(60) % classes)
        fitted = baseline(name).fit(texts, labels, [*"abc"[:classes]])
        right = fitted.probabilities(texts).argmax(axis=1) == labels
        assert right.mean() >= 1 / classes, seed


def test_calibrated_scores_decide_only_where_they_are_clearly_better():
    """Scores that are right around 0 decide as they are; those that have another threshold are calibrated."""
    from embedkit_baselines.scores import KeepingLabels
    from embedkit_baselines.search import Trial, _best, _right

    rng = np.random.default_rng(1)
    labels = rng.integers(2, size=500)
    scores = rng.normal(size=(500, 1)) + 2 * labels[:, None] - 1
    parts = five_folds(500)
    for shift, kept in ((0, True), (2, False)):
        trial = Trial(1, {}, scores + shift)
        best, right, calibration = _best([trial], labels, parts, decides=True)
        predicted = calibration(best.scores).argmax(axis=1)
        assert isinstance(calibration, KeepingLabels) == kept
        assert not isinstance(_best([trial], labels, parts, decides=False)[2], KeepingLabels)
        assert _right(predicted, labels).mean() == pytest.approx(right.mean(), abs=0.02)
        assert right.mean() > 0.8


@pytest.mark.parametrize("several", [False, True])
def test_calibrated_scores_are_chosen_by_log_loss(several):
    """Of scores with the same signs, those that also tell how sure they are; whichever comes first."""
    from embedkit_baselines.search import Trial, _best

    rng = np.random.default_rng(2)
    labels = rng.integers(2, size=500)
    scores = rng.normal(size=(500, 1)) + 2 * labels[:, None] - 1
    sure, unsure = Trial(1, {}, scores), Trial(2, {}, np.sign(scores))
    truth = labels[:, None] == 1 if several else labels
    for trials in ([sure, unsure], [unsure, sure]):
        assert _best(trials, truth, five_folds(500), decides=False)[0] is sure


@pytest.mark.parametrize("several", [False, True])
def test_log_loss_is_that_of_scikit_learn(several):
    from embedkit_baselines.scores import log_loss
    from sklearn import metrics

    rng = np.random.default_rng(4)
    labels = rng.random((50, 3)) < 0.4 if several else rng.integers(3, size=50)
    probabilities = rng.dirichlet(np.ones(3), size=50)
    expected = (
        np.mean([metrics.log_loss(labels[:, i], probabilities[:, i]) for i in range(3)])
        if several
        else metrics.log_loss(labels, probabilities)
    )
    assert log_loss(probabilities, labels) == pytest.approx(expected)
    certain = np.ones((2, 1)) if several else np.eye(2)
    assert np.isfinite(log_loss(certain, np.zeros((2, 1), bool) if several else np.array([1, 0])))


def test_of_several_labels_a_text_is_right_where_all_of_them_are():
    texts, labels = asking(200)
    several = np.column_stack([labels == 1, np.random.default_rng(5).random(200) < 0.5])
    chosen = baseline("naive-bayes").fit(texts, several, ("ask", "chance")).chosen
    assert 0.3 < chosen["accuracy"] < 0.65


GRIDS = Path(__file__).parent / "plain_grids.json"
"""By baseline and digest of the data, which held-out texts the plain grid search has right: packed bits."""

DATA = pytest.mark.skipif("EMBEDKIT_DATA" not in os.environ, reason="EMBEDKIT_DATA is not set")


def rows_of(name):
    """Texts and labels of a file of the data, as arrays."""
    content = (Path(os.environ["EMBEDKIT_DATA"]) / name).read_text("utf-8").removesuffix("\n")
    labels, texts = zip(*(line.split("\t", 1) for line in content.split("\n")), strict=True)
    return np.array(texts, object), np.array(labels)


def split(texts, labels, shares, rng, tested=0.25):
    """A quarter is held out, of so many texts that the classes have these shares."""
    size = min(int((labels == i).sum() / share) for i, share in enumerate(shares))
    rows = [
        rng.choice(np.flatnonzero(labels == i), int(size * share), False) for i, share in enumerate(shares)
    ]
    rows = rng.permutation(np.concatenate(rows))
    held = int(len(rows) * tested)
    return texts[rows[held:]], labels[rows[held:]], texts[rows[:held]], labels[rows[:held]]


def mr(shares, seed):
    texts, labels = rows_of("mr.tsv")
    return split(texts, (labels == "pos").astype(int), shares, np.random.default_rng(seed))


def sst1(shares, seed):
    texts, labels = rows_of("sst1.train.tsv")
    return split(texts, labels.astype(int), shares, np.random.default_rng(seed))


def six(seed):
    """Six uneven classes of MR: which of two words a review has, if any, and whether it is a good one."""
    texts, labels = rows_of("mr.tsv")
    topic = np.array([0 if "film" in text.split() else 1 if "movie" in text.split() else 2 for text in texts])
    labels = (labels == "pos") * 3 + topic
    return split(texts, labels, np.bincount(labels) / len(labels), np.random.default_rng(seed))


def several(shares, seed):
    """Three labels of SST-1: whether a review is a bad one, a good one, and whether it is sure."""
    texts, labels, held_out, truth = sst1(shares, seed)
    return texts, labels_of(labels), held_out, labels_of(truth)


def labels_of(stars):
    return np.column_stack([stars < 2, stars > 2, np.isin(stars, (0, 4))])


SUBSETS = {
    "64:36": lambda: mr([0.36, 0.64], seed=41),
    "69:31": lambda: mr([0.69, 0.31], seed=41),
    "75:25": lambda: mr([0.25, 0.75], seed=41),
    "80:20": lambda: mr([0.2, 0.8], seed=41),
    "20:80": lambda: mr([0.8, 0.2], seed=41),
    "90:10": lambda: mr([0.1, 0.9], seed=41),
    "six": lambda: six(seed=11),
    "five": lambda: sst1([0.2] * 5, seed=11),
    "five uneven": lambda: sst1([0.05, 0.35, 0.15, 0.4, 0.05], seed=11),
    "labels": lambda: several([0.13, 0.26, 0.19, 0.27, 0.15], seed=11),
}
"""The draws on which nothing was chosen have the seed 41; a seed makes each the same again."""


def plain_nbsvm(beta):
    """NBSVM as its paper has it (Wang & Manning 2012): a linear SVM over presence times r, interpolated."""
    from scipy.sparse import diags
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.svm import LinearSVC

    class PlainNbsvm(ClassifierMixin, BaseEstimator):
        def __init__(self, beta):
            self.beta = beta

        def fit(self, features, labels):
            self.classes_ = np.unique(labels)
            shares = []
            for label in self.classes_:
                counts = 1 + np.asarray(features[labels == label].sum(axis=0)).ravel()
                shares.append(np.log(counts / counts.sum()))
            ratio = shares[1] - shares[0]
            learnt = LinearSVC(random_state=0).fit(features @ diags(ratio), labels)
            own = learnt.coef_[0]
            self.weights_ = ratio * ((1 - self.beta) * np.abs(own).mean() + self.beta * own)
            self.intercept_ = learnt.intercept_[0]
            return self

        def decision_function(self, features):
            return features @ self.weights_ + self.intercept_

        def predict(self, features):
            return self.classes_[(self.decision_function(features) > 0).astype(int)]

    return PlainNbsvm(beta)


def plain_models():
    """The same kinds of model by scikit-learn alone: the vectorizer, the classifier and what is searched."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import MultinomialNB

    marks = {"token_pattern": r"\w+|[^\w\s]"}
    return {
        "naive-bayes": (CountVectorizer(**marks), MultinomialNB(), {"alpha": [0.3, 1.0, 3.0]}),
        "nbsvm": (CountVectorizer(**marks, binary=True), plain_nbsvm(0.25), {"beta": [0.25, 0.5, 1.0]}),
        "tfidf-logistic-regression": (
            TfidfVectorizer(**marks), LogisticRegression(solver="liblinear"), {"C": [1.0, 5.0, 25.0]}
        ),
    }  # fmt: skip


def plain_grid(name, texts, labels):
    """What scikit-learn's grid search makes of the same kind of model, by itself."""
    from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import Pipeline

    vectorizer, model, grid = plain_models()[name]
    apart = name != "naive-bayes" or labels.ndim == 2
    classifier = OneVsRestClassifier(model) if apart else model
    prefix = "classifier__estimator__" if apart else "classifier__"
    search = GridSearchCV(
        Pipeline([("vectorizer", vectorizer), ("classifier", classifier)]),
        {"vectorizer__ngram_range": [(1, 1), (1, 2)], **{prefix + key: grid[key] for key in grid}},
        cv=(StratifiedKFold if labels.ndim == 1 else KFold)(3, shuffle=True, random_state=0),
    )
    return search.fit(texts, labels)


def right_of(name, texts, labels, held_out, truth):
    """Of which held-out texts the baseline is right, bool [n]; of several labels, of all of a text."""
    classes = [f"{i}" for i in range(labels.shape[1] if labels.ndim == 2 else labels.max() + 1)]
    probabilities = baseline(name).fit([*texts], labels, classes).probabilities([*held_out])
    if labels.ndim == 1:
        return probabilities.argmax(axis=1) == truth
    return ((probabilities > 0.5) == truth).all(axis=1)


def right_of_grid(name, subset):
    """The same of the plain grid search, which takes most of the time, so that its answers are on record.

    `EMBEDKIT_RECORD_GRIDS=1 pytest -k grid` records them again, after a change of this file.
    """
    texts, labels, held_out, truth = subset
    given = hashlib.sha256("\n".join([*texts, *held_out]).encode() + labels.tobytes() + truth.tobytes())
    key, recorded = f"{name} {given.hexdigest()}", json.loads(GRIDS.read_text("utf-8"))
    if os.environ.get("EMBEDKIT_RECORD_GRIDS") == "1":
        same = plain_grid(name, texts, labels).predict(held_out) == truth
        right = same if labels.ndim == 1 else same.all(axis=1)
        recorded[key] = np.packbits(right).tobytes().hex()
        GRIDS.write_text(json.dumps(recorded, indent=2, sort_keys=True) + "\n", "utf-8", newline="\n")
    return np.unpackbits(np.frombuffer(bytes.fromhex(recorded[key]), np.uint8))[: len(truth)].astype(bool)


def behind(right, other):
    """By how much `right` [n] is behind `other` [n], and the standard error of that."""
    loss = other.astype(float) - right
    return loss.mean(), loss.std() / np.sqrt(len(loss))


@DATA
@pytest.mark.parametrize("subset", SUBSETS)
def test_none_is_behind_a_plain_grid_search_on_uneven_and_on_many_classes(subset):
    """Half a point at most, and what chance makes of so few texts: the standard error of the difference.

    That is 0.5 to 0.8 points here, so two classifiers that are equally good are often half a point apart.
    NBSVM is held against the grids of all three; its own, with the paper's one intercept, is for two classes.
    """
    texts, labels, held_out, truth = drawn = SUBSETS[subset]()
    two = labels.ndim == 1 and labels.max() == 1
    right = {name: right_of(name, texts, labels, held_out, truth) for name in NAMES[1:]}
    rivals = [name for name in NAMES[1:] if two or name != "nbsvm"]
    plain = {name: right_of_grid(name, drawn) for name in rivals}
    print(subset, len(texts), *({name: each.mean() for name, each in of.items()} for of in (right, plain)))
    for name in NAMES[1:]:
        for rival in rivals if name == "nbsvm" else [name]:
            loss, error = behind(right[name], plain[rival])
            assert loss <= 0.005 + error, (name, rival)


@DATA
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
    expected = {"naive-bayes": 0.786, "nbsvm": 0.793, "tfidf-logistic-regression": 0.783}
    assert reached == pytest.approx(expected, abs=0.005)


def _accuracy(name, rows, labels, held_out):
    texts = np.array([text for _, text in rows], object)
    fitted = baseline(name).fit([*texts[~held_out]], labels[~held_out], CLASSES)
    predicted = fitted.probabilities([*texts[held_out]]).argmax(axis=1)
    return (predicted == labels[held_out]).mean()


@given(
    texts=st.lists(st.text(st.sampled_from(" abAB[?'\n_9"), max_size=25), min_size=1, max_size=12),
    n=st.integers(1, 3),
)
def test_shorter_ngrams_are_a_part_of_longer_ones(texts, n):
    """To the order of the numbers, which decides how they are summed."""
    counter = baseline("nbsvm")
    try:
        alone, expected = counter.counted(texts, n)
    except DataError:
        return
    vectorizer, counts = Counts.of(counter, texts, 3).up_to(n)
    assert vectorizer.get_feature_names_out().tolist() == alone.get_feature_names_out().tolist()
    for part in ("data", "indices", "indptr"):
        assert getattr(counts, part).tolist() == getattr(expected, part).tolist()
    assert (vectorizer.transform(["a b [ A"]) != alone.transform(["a b [ A"])).nnz == 0


@pytest.mark.parametrize("name", NAMES[1:])
@pytest.mark.parametrize("kind", ["two", "three", "several"])
def test_the_evidence_of_a_text_adds_up_to_its_scores(name, kind):
    texts = [f"{mood} film {n % 5}" for n in range(30) for mood in ("good", "bad", "odd")]
    labels = np.array([1, 0, 2 if kind != "two" else 0] * 30)
    labels = np.eye(3, dtype=bool)[labels] if kind == "several" else labels
    classes = ("neg", "pos", "odd")
    fitted = baseline(name, ngrams=2).fit(texts, labels, classes)
    evidence = fitted.evidence("good film unseen")
    assert [*evidence] == sorted(evidence)
    assert {*evidence} == {"good", "film", "good film"}
    added = sum(evidence.values())
    scores, counts = fitted.model.scores, fitted.vectorizer.transform(["good film"])
    expected = mixed(scores.of(counts) - scores.bias, fitted.model.beta)[0]
    assert added == pytest.approx([-expected[0], expected[0], 0] if kind == "two" else expected)
    assert evidence["good"][1] > 0
    assert fitted.evidence("") == {}
