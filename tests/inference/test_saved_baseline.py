"""Baselines that were trained as models: stored without code, loaded to the bit, refused where damaged."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

import embedkit
from embedkit.errors import ComponentError, DataError, RunError
from embedkit.files.digest import sha256
from embedkit.interfaces import BaselineState
from embedkit.interfaces.contracts import check_probabilities
from embedkit.plugin.registry import build_registry
from embedkit.runs import layout

NAMES = ("majority", "naive-bayes", "nbsvm", "tfidf-logistic-regression")
REGISTRY = build_registry()
WORDS = ("good", "fine", "bad", "poor", "film", "plot", "it's", "[", "?", "Straße", "é")
NEW = ["good film", "", "unheard of", "GOOD [ ? bad plot", "it's a Straße"]


def recipe(baseline="nbsvm", labels=None, separator=None, count=80):
    words = ((WORDS[i % 4], WORDS[4 + i % 7], WORDS[(i * 5) % 11], str(i % 9)) for i in range(count))
    texts = [*map(" ".join, words)]
    labels = labels or ["pos" if i % 4 < 2 else "neg" for i in range(count)]
    train = {"use": "inline", "texts": texts, "labels": labels}
    return {
        "name": "bag",
        "data": {"train": train, "test": {"share": 0.25}, "label_separator": separator},
        "baseline": baseline,
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return embedkit.run(recipe(), out=tmp_path_factory.mktemp("runs") / "bag")


SETS = {
    "binary": (None, None, 80),
    "few": (None, None, 20),
    "three": (["a", "b", "c", "a"] * 20, None, 80),
    "several": (["a,b", "b", "", "a"] * 20, ",", 80),
    "few of several": (["a,b", "b", "", "a"] * 5, ",", 20),
    "one that all have": (["a,b", "b", "b", "b,c"] * 20, ",", 80),
}


@pytest.mark.parametrize(
    ("name", "of"), [*((name, "binary") for name in NAMES), *(("nbsvm", of) for of in [*SETS][1:])]
)
def test_a_loaded_baseline_gives_the_probabilities_of_the_fitted_one_to_the_bit(name, of, tmp_path):
    labels, separator, count = SETS[of]
    run = embedkit.run(recipe(name, labels, separator, count), out=tmp_path / "run")
    assert "unloadable" not in run.read_json(layout.MODEL)
    classifier = embedkit.load(run.path)
    predicted, texts = run.predictions, [*run.predictions["text"]]
    columns = [f"p_{label}" for label in classifier.classes]
    again = classifier.predict(texts)
    assert again[columns].to_numpy().tobytes() == predicted[columns].to_numpy().tobytes()
    assert [*again["predicted"]] == [*predicted["predicted"]]
    assert [*again["unseen"]] == [*predicted["unseen"]]
    assert classifier.predict(NEW)["probability"].between(0, 1).all()


@given(
    texts=st.lists(st.text(st.sampled_from(" abcÀß[]?'\n\u2028x_9"), max_size=20), min_size=8, max_size=70),
    name=st.sampled_from(NAMES),
    kind=st.sampled_from(["binary", "multiclass", "multilabel"]),
    data=st.data(),
)
@settings(max_examples=40)
def test_a_state_comes_back_as_it_was(texts, name, kind, data):
    classes = ("x", "y") if kind == "binary" else ("x", "y", "z")
    rows = data.draw(st.lists(st.integers(0, len(classes) - 1), min_size=len(texts), max_size=len(texts)))
    labels = np.array(rows)
    if kind == "multilabel":
        labels = np.eye(3, dtype=bool)[labels] | (np.arange(len(texts)) % 2 == 0)[:, None]
    labels[:2] = np.eye(3, dtype=bool)[:2] if kind == "multilabel" else [0, 1]
    baseline = REGISTRY.get("baseline", name).factory()
    try:
        fitted = baseline.fit(texts, labels, classes)
    except DataError:
        return
    state = fitted.state()
    stored = BaselineState(dict(state.arrays), json.loads(json.dumps(state.data, allow_nan=False)))
    again = baseline.restore(stored, classes, kind)
    assert again.probabilities(texts).tobytes() == fitted.probabilities(texts).tobytes()
    assert again.state().data == state.data
    assert all((again.state().arrays[key] == state.arrays[key]).all() for key in state.arrays)


@pytest.mark.parametrize("single", [True, False])
def test_kept_labels_and_their_calibration_come_back(single):
    """These scores decide the label themselves, as calibration is not clearly better."""
    labels = np.array([0, 1] * 40) if single else np.array([[True, False], [False, True]] * 40)
    texts = [f"{'good' if row % 2 else 'bad'} word{row % 7}" for row in range(80)]
    baseline = REGISTRY.get("baseline", "naive-bayes").factory()
    fitted = baseline.fit(texts, labels, ("x", "y"))
    assert fitted.state().data["keeps_labels"]
    again = baseline.restore(fitted.state(), ("x", "y"), "binary" if single else "multilabel")
    assert again.probabilities(texts).tobytes() == fitted.probabilities(texts).tobytes()


def test_nothing_of_it_is_code(finished):
    names = {path.name for path in finished.path.iterdir()}
    assert {layout.BASELINE, layout.BASELINE_ARRAYS} <= names
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".joblib"))]
    arrays = load_file(finished.file(layout.BASELINE_ARRAYS))
    assert all(array.dtype.kind in "fiu" for array in arrays.values())


class Forged:
    """A copy of a run whose files are changed, with a manifest that lists them as they are then."""

    def __init__(self, run, directory: Path) -> None:
        self.path = Path(shutil.copytree(run.path, directory))

    def seal(self):
        path = self.path / layout.MANIFEST
        listed = {name: sha256(self.path / name) for name in json.loads(path.read_text())}
        path.write_text(json.dumps(listed))
        return self.path

    def change(self, name, edit):
        content = json.loads((self.path / name).read_text(encoding="utf-8"))
        edit(content)
        (self.path / name).write_text(json.dumps(content), encoding="utf-8")
        return self.seal()

    def numbers(self, edit, listed=True):
        arrays = load_file(self.path / layout.BASELINE_ARRAYS)
        edit(arrays)
        save_file(arrays, self.path / layout.BASELINE_ARRAYS)
        if not listed:
            return self.seal()
        names = {"float64": "F64", "float32": "F32", "int64": "I64", "int8": "I8", "uint8": "U8"}
        shapes = {
            name: {"dtype": names[str(each.dtype)], "shape": [*each.shape]} for name, each in arrays.items()
        }
        return self.change(layout.BASELINE, lambda content: content.update(arrays=shapes))


def set_to(name, value):
    return lambda arrays: arrays.update({name: value(arrays[name])})


def repeated(terms):
    found = terms.tobytes().decode().split("\n")
    return np.frombuffer("\n".join([found[1], *found[1:]]).encode(), np.uint8).copy()


DAMAGED_NUMBERS = {
    "weights holds NaN or infinity": set_to("weights", lambda array: array * np.nan),
    "idf holds NaN or infinity": set_to("idf", lambda array: array * np.inf),
    "'weights' has the shape": set_to("weights", lambda array: array[1:].copy()),
    "no array 'weights' of float64": set_to("weights", lambda array: array.astype(np.float32)),
    "no array 'idf' of float64": lambda arrays: arrays.pop("idf"),
    "'bias' has the shape": set_to("bias", lambda array: np.zeros((3, 2))),
    "n-grams that are no UTF-8": set_to("terms", lambda array: array | 128),
    "an n-gram that stands there twice": set_to("terms", repeated),
    "classes that are none of 2": set_to("columns", lambda array: array + 1),
    "1 of 2 classes": set_to("columns", lambda array: array[:1].copy()),
    "a scale that is not more than 0": set_to("scale", lambda array: array * 0),
    "'coef' has the shape": set_to("coef", lambda array: np.zeros((1, 1, 4))),
}


@pytest.mark.parametrize("what", DAMAGED_NUMBERS)
def test_numbers_that_cannot_be_are_refused(what, finished, tmp_path):
    path = Forged(finished, tmp_path / "run").numbers(DAMAGED_NUMBERS[what])
    with pytest.raises(RunError, match=what) as refused:
        embedkit.load(path)
    assert "damaged" in str(refused.value)


def test_arrays_that_the_description_does_not_list_are_refused(finished, tmp_path):
    path = Forged(finished, tmp_path / "run").numbers(lambda arrays: arrays.pop("idf"), listed=False)
    with pytest.raises(RunError, match="has no tensor idf"):
        embedkit.load(path)
    add = lambda arrays: arrays.update(more=np.zeros(3))  # noqa: E731
    with pytest.raises(RunError, match="has a tensor more that is not expected"):
        embedkit.load(Forged(finished, tmp_path / "other").numbers(add, listed=False))


def test_a_size_that_no_file_has_takes_no_memory(finished, tmp_path):
    forged = Forged(finished, tmp_path / "run")
    huge = {"dtype": "F64", "shape": [2**40, 2**10]}
    path = forged.change(layout.BASELINE, lambda content: content["arrays"].update(weights=huge))
    with pytest.raises(RunError, match="weights is F64"):
        embedkit.load(path)


DAMAGED_DATA = {
    "data: Input should be": lambda content: content.update(data=[1]),
    "arrays.bias.dtype: Input should be": lambda content: content["arrays"]["bias"].update(dtype="O"),
    "arrays.bias.shape.0: Input should be": lambda content: content["arrays"]["bias"].update(shape=["1", 2]),
    "'beta' is no number from 0 to 1": lambda content: content["data"].update(beta=True),
    "'beta' is no number": lambda content: content["data"].update(beta=-1),
    "'calibration' is none of none, joint": lambda content: content["data"].update(calibration="apart"),
    "'keeps_labels' is neither true nor": lambda content: content["data"].pop("keeps_labels"),
    "'chosen' holds more than numbers": lambda content: content["data"].update(chosen={"a": "b"}),
}


@pytest.mark.parametrize("what", DAMAGED_DATA)
def test_data_that_cannot_be_are_refused(what, finished, tmp_path):
    path = Forged(finished, tmp_path / "run").change(layout.BASELINE, DAMAGED_DATA[what])
    with pytest.raises(RunError, match=f"damaged: {what}"):
        embedkit.load(path)


DAMAGED_MODEL = {
    "a class that stands there twice": {"classes": ["pos", "pos"]},
    "another baseline or task": {"baseline": "naive-bayes"},
    "another baseline or task than": {"task": "multilabel"},
    "task: Input should be": {"task": "ternary"},
    "classes: List should have at least 2": {"classes": ["pos"]},
}


@pytest.mark.parametrize("what", DAMAGED_MODEL)
def test_a_description_that_cannot_be_is_refused(what, finished, tmp_path):
    path = Forged(finished, tmp_path / "run").change(
        layout.MODEL, lambda content: content.update(DAMAGED_MODEL[what])
    )
    with pytest.raises(RunError, match=f"damaged: {what}"):
        embedkit.load(path)


def test_shares_of_a_majority_that_cannot_be_are_refused(tmp_path):
    run = embedkit.run(recipe("majority"), out=tmp_path / "run")
    for number, wrong in enumerate([np.array([0.5, 0.6]), np.array([1.5, -0.5]), np.array([1.0])]):
        path = Forged(run, tmp_path / str(number)).numbers(set_to("shares", lambda _, to=wrong: to))
        with pytest.raises(RunError, match="damaged: .*'shares'"):
            embedkit.load(path)


def test_a_changed_file_is_refused(finished, tmp_path):
    path = Forged(finished, tmp_path / "run").path / layout.BASELINE
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    with pytest.raises(RunError, match="SHA-256 differs"):
        embedkit.load(path.parent)


PLUGIN = """
import numpy
from embedkit.plugin_api import BaselineState, hookimpl

class Fitted:
    def __init__(self, share):
        self.share = share

    def probabilities(self, texts):
        return numpy.tile([1 - self.share, self.share], (len(texts), 1))
    {state}

class Coin:
    def fit(self, texts, labels, classes):
        return Fitted(float(labels.mean()))
    {restore}

@hookimpl
def register_baselines(register):
    register("coin", Coin)
"""
STATE = 'def state(self):\n        return BaselineState(data={"share": self.share})'
RESTORE = 'def restore(self, state, classes, task):\n        return Fitted(state.data["share"])'


def test_a_baseline_of_a_plugin_without_a_state_has_results_and_cannot_be_loaded(tmp_path, install):
    install("coins", PLUGIN.format(state="", restore=""), entries=["coins"])
    run = embedkit.run(recipe("coin"), out=tmp_path / "run")
    assert run.results["test"].scores["accuracy"] == 0.5
    with pytest.raises(RunError, match="the baseline 'coin' has no state that can be stored"):
        embedkit.load(run.path)


def test_a_baseline_of_a_plugin_with_a_state_is_loaded(tmp_path, install):
    install("coins", PLUGIN.format(state=STATE, restore=RESTORE), entries=["coins"])
    run = embedkit.run(recipe("coin"), out=tmp_path / "run")
    assert embedkit.load(run.path).predict(["a"])["p_pos"].tolist() == run.predictions["p_pos"][:1].tolist()


@pytest.mark.parametrize(
    ("state", "restore", "what"),
    [
        (
            STATE.replace("self.share}", "self.share / 2}"),
            RESTORE,
            "gives other probabilities",
        ),
        (STATE, "", "has no method 'restore'"),
        (STATE, RESTORE.replace('["share"]', '["sahre"]'), r"restore\(\) raised KeyError"),
    ],
)
def test_a_baseline_that_is_not_what_it_was_is_kept_and_refused(state, restore, what, tmp_path, install):
    install("coins", PLUGIN.format(state=state, restore=restore), entries=["coins"])
    with pytest.raises(ComponentError, match=what):
        embedkit.run(recipe("coin"), out=tmp_path / "run")
    assert embedkit.Run(tmp_path / "run").results["test"].n == 20
    with pytest.raises(ComponentError, match=what):
        embedkit.load(tmp_path / "run")


@pytest.mark.parametrize(
    ("state", "what"),
    [
        ("return {'share': 1}", r"state\(\): expected a BaselineState, got dict"),
        ("return BaselineState({'a b': numpy.zeros(1)})", "expected names of letters"),
        ("return BaselineState({'a': numpy.array(['x'])})", "expected an array of float64"),
        ("return BaselineState({'a': [1.0]})", "expected an array of float64"),
        ("return BaselineState({'a': numpy.array([numpy.nan])})", "expected finite numbers"),
        ("return BaselineState(data={'a': float('nan')})", "expected a finite number"),
        ("return BaselineState(data={'a': {1: 2}})", "expected keys that are strings"),
    ],
)
def test_a_state_that_cannot_be_stored_is_an_error_of_the_plugin(state, what, tmp_path, install):
    source = PLUGIN.format(state=f"def state(self):\n        {state}", restore=RESTORE)
    install("coins", source, entries=["coins"])
    with pytest.raises(ComponentError, match=what) as refused:
        embedkit.run(recipe("coin"), out=tmp_path / "run")
    assert "coin" in str(refused.value)


@pytest.mark.parametrize("kind", ["binary", "multilabel"])
@pytest.mark.parametrize("name", NAMES)
def test_a_state_that_was_changed_anyhow_is_refused_or_gives_probabilities(name, kind):
    draws, classes = random.Random(5), ("x", "y", "z") if kind == "multilabel" else ("x", "y")
    labels = np.arange(60) % len(classes)
    labels = np.eye(3, dtype=bool)[labels] if kind == "multilabel" else labels
    baseline = REGISTRY.get("baseline", name).factory()
    texts = [f"{'good' if n % 2 else 'bad'} word{n % 7}" for n in range(60)]
    state = baseline.fit(texts, labels, classes).state()
    ended = []
    for _ in range(60):
        arrays, data = {key: array.copy() for key, array in state.arrays.items()}, dict(state.data)
        if data and draws.random() < 0.4:
            data[draws.choice([*data])] = draws.choice([None, -1, 0.5, True, "none", "apart", [], {"a": "b"}])
        else:
            key = draws.choice([*arrays])
            arrays[key] = draws.choice(CHANGES)(arrays[key])
        try:
            given = baseline.restore(BaselineState(arrays, data), classes, kind).probabilities(["good", ""])
        except DataError:
            ended.append("refused")
        else:
            check_probabilities(baseline, given, 2, len(classes), kind == "multilabel")
            ended.append("restored")
    assert ended.count("refused") > 20


CHANGES = [
    lambda array: array[1:],
    lambda array: array[None],
    lambda array: array.reshape(-1),
    lambda array: array * 0,
    lambda array: np.zeros((0,) * array.ndim, array.dtype),
    lambda array: array.astype(np.float32),
    lambda array: np.roll(array, 1),
]
