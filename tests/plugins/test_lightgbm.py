"""`tfidf-lightgbm`: gradient-boosted trees by a library of somebody else, stored as numbers alone."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pytest

import embedkit
from embedkit.errors import DataError
from embedkit.interfaces import BaselineState, RestorableBaseline, StorableFit
from embedkit.plugin.registry import build_registry

FACTORY = build_registry().get("baseline", "tfidf-lightgbm").factory
installed = pytest.mark.skipif(
    importlib.util.find_spec("lightgbm") is None, reason="the extra [lightgbm] is not installed"
)

WORDS = [*"abcdefghijklmnopqrstuvwxyz"]
TASKS = ("binary", "multiclass", "multilabel")


def drawn(task, count=160):
    """Texts of letters, and labels that follow from which of them stand together."""
    rng = np.random.default_rng(5)
    texts = [" ".join(rng.choice(WORDS, size=rng.integers(0, 30))) for _ in range(count)]
    first, second = (np.array([(mark in text.split()) for text in texts]) for mark in "ab")
    if task == "binary":
        return texts, (first ^ second).astype(np.int64), ["no", "yes"]
    if task == "multiclass":
        return texts, first.astype(np.int64) + second, ["none", "one", "both"]
    return texts, np.stack([first, second, first & second], axis=1), ["a", "b", "ab"]


def fit(task, count=160, **keys):
    texts, labels, classes = drawn(task, count)
    return FACTORY(**keys).fit(texts, labels, classes), texts, labels, classes


@installed
@pytest.mark.parametrize("task", TASKS)
def test_the_probabilities_are_those_of_lightgbm(task):
    import lightgbm
    from embedkit_lightgbm import learning

    fitted, texts, labels, _ = fit(task, rounds=30)
    weights = fitted.vectorizer.transform(texts)
    options = learning._options(FACTORY(), 5)
    columns = labels.T if task == "multilabel" else [labels]
    own = []
    for column in columns:
        count = 3 if task == "multiclass" else 2
        data = lightgbm.Dataset(weights, column.astype(float))
        own.append(lightgbm.train(options | learning._objective(count), data, 30).predict(weights))
    expected = own[0] if task == "multiclass" else np.stack(own, axis=1)
    if task == "binary":
        expected = np.column_stack([1 - expected, expected])
    np.testing.assert_allclose(fitted.probabilities(texts), expected, rtol=1e-12, atol=1e-15)


@installed
def test_trees_learn_what_no_linear_model_can():
    fitted, texts, labels, _ = fit("binary")
    assert (fitted.probabilities(texts).argmax(axis=1) == labels).mean() > 0.95
    assert fitted.chosen["rounds"] > 5
    assert 0.6 < fitted.chosen["accuracy"] < 1


@installed
@pytest.mark.parametrize("task", TASKS)
def test_it_is_restored_to_the_bit_without_lightgbm(task, monkeypatch):
    fitted, texts, _, classes = fit(task, 80)
    again = fit(task, 80)[0]
    state = fitted.state()
    assert {*state.arrays} == {*again.state().arrays}
    assert all((array == again.state().arrays[name]).all() for name, array in state.arrays.items())
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    restored = FACTORY().restore(BaselineState({**state.arrays}, {**state.data}), classes, task)
    assert restored.probabilities(texts).tobytes() == fitted.probabilities(texts).tobytes()
    assert restored.chosen == fitted.chosen
    assert isinstance(FACTORY(), RestorableBaseline)
    assert isinstance(restored, StorableFit)
    one_by_one = np.concatenate([restored.probabilities([text]) for text in texts])
    assert one_by_one.tobytes() == fitted.probabilities(texts).tobytes()
    assert restored.probabilities([]).shape == (0, len(classes))


@installed
def test_many_texts_are_scored_in_blocks(monkeypatch):
    from embedkit_lightgbm import trees

    fitted, texts, _, _ = fit("multiclass", rounds=5)
    whole = fitted.probabilities(texts)
    monkeypatch.setattr(trees, "AT_ONCE", 100)
    assert fitted.probabilities(texts).tobytes() == whole.tobytes()


def changed(state, **arrays):
    return BaselineState({**state.arrays, **arrays}, state.data)


def cut(state, name):
    return changed(state, **{name: state.arrays[name][:-1]})


def set_to(state, name, value, at=0):
    array = state.arrays[name].copy()
    array[at] = value
    return changed(state, **{name: array})


FORGED = {
    "an unknown word": lambda state: set_to(state, "features", 10_000),
    "a negative word": lambda state: set_to(state, "features", -1),
    "a loop": lambda state: set_to(state, "left", 0),
    "a node of nowhere": lambda state: set_to(state, "right", 5_000),
    "a leaf of nowhere": lambda state: set_to(state, "right", -5_000),
    "two parents": lambda state: set_to(state, "left", state.arrays["right"][0]),
    "a class of nowhere": lambda state: set_to(state, "columns", 7, at=-1),
    "a score of nowhere": lambda state: set_to(state, "targets", 3),
    "a tree too large": lambda state: set_to(state, "nodes", 2**40),
    "a negative size": lambda state: set_to(state, "nodes", -1),
    "a leaf too few": lambda state: cut(state, "leaves"),
    "a node too few": lambda state: cut(state, "thresholds"),
    "a tree too few": lambda state: cut(state, "nodes"),
    "a weight too few": lambda state: cut(state, "idf"),
    "a word twice": lambda state: changed(state, terms=np.frombuffer(b"a\na", np.uint8)),
    "no UTF-8": lambda state: changed(state, terms=np.frombuffer(b"\xff", np.uint8)),
    "other numbers": lambda state: changed(state, left=state.arrays["left"].astype(np.int32)),
    "no trees": lambda state: BaselineState({}, state.data),
    "no choice": lambda state: BaselineState(state.arrays, {"chosen": [1]}),
}


@installed
@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_state_is_refused(forged):
    fitted, _, _, classes = fit("binary", rounds=3)
    with pytest.raises(DataError):
        FACTORY().restore(forged(fitted.state()), classes, "binary")


@installed
def test_a_class_that_no_text_has_gets_nothing():
    texts, labels, _ = drawn("binary")
    probabilities = FACTORY(rounds=3).fit(texts, labels * 2, ["no", "perhaps", "yes"]).probabilities(texts)
    assert (probabilities[:, 1] == 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


@installed
@pytest.mark.parametrize("value", [True, False])
def test_a_label_that_all_texts_have_or_none(value):
    texts, labels, classes = drawn("multilabel")
    labels[:, 2] = value
    probabilities = FACTORY().fit(texts, labels, classes).probabilities(texts)
    assert np.abs(probabilities[:, 2] - value).max() < 1e-6


@installed
def test_few_texts_are_enough():
    texts, labels = ["good film", "bad film", "good plot", "bad plot"] * 3, np.array([1, 0, 1, 0] * 3)
    fitted = FACTORY().fit(texts, labels, ["bad", "good"])
    assert fitted.probabilities(["good", "bad", ""]).argmax(axis=1)[:2].tolist() == [1, 0]
    assert fitted.chosen == {}


@installed
def test_texts_without_words_are_an_error():
    with pytest.raises(DataError, match="no training text has a word in it"):
        FACTORY().fit(["", " "], np.array([0, 1]), ["a", "b"])
    with pytest.raises(DataError, match="no word is in 5 training texts"):
        FACTORY().fit([f"w{i}" for i in range(100)], np.array([0, 1] * 50), ["a", "b"])


@installed
def test_a_run_trains_stores_and_loads_it(tmp_path):
    texts, labels, classes = drawn("binary", 100)
    recipe = {
        "name": "trees",
        "data": {
            "train": {"use": "inline", "texts": texts, "labels": [classes[label] for label in labels]},
            "test": {"share": 0.2},
        },
        "baseline": {"use": "tfidf-lightgbm", "ngrams": 2},
    }
    run = embedkit.run(recipe, out=tmp_path / "run")
    predictions = run.predictions.query("split == 'test'")
    loaded = embedkit.load(tmp_path / "run").predict(predictions["text"].tolist())
    assert loaded["predicted"].tolist() == predictions["predicted"].tolist()
    assert not [*(tmp_path / "run").rglob("*.pkl")]


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    monkeypatch.delitem(sys.modules, "embedkit_lightgbm.learning", raising=False)
    with pytest.raises(DataError) as caught:
        FACTORY().fit(["a"], np.array([0]), ["x"])
    assert str(caught.value) == (
        "tfidf-lightgbm: the package lightgbm is not installed\n    Install it: pip install lightgbm"
    )
