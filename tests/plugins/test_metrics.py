"""The bundled metrics: small cases worked out by hand, and scikit-learn itself on random predictions."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from embedkit.errors import RecipeError
from embedkit.plugin.registry import Registry, build_registry
from embedkit.recipe.components import Components
from embedkit.recipe.sections.section import ComponentSpec

TWO, THREE = ("neg", "pos"), ("a", "b", "c")
NAMES = ["accuracy", "confusion-matrix", "f1", "hamming-loss", "log-loss", "precision", "recall", "roc-auc"]


@cache
def registry() -> Registry:
    return build_registry()


def metric(name: str, **keys: Any) -> Any:
    component = registry().get("metric", name)
    return component.factory(**component.parameters.model_validate(keys).model_dump())


def score(name: str, labels, predicted, classes=TWO, probabilities=None, **keys):
    if probabilities is None:
        probabilities = np.eye(len(classes))[np.asarray(predicted, dtype=np.int64)]
    labels, predicted = np.asarray(labels, np.int64), np.asarray(predicted, np.int64)
    return metric(name, **keys).score(labels, predicted, np.asarray(probabilities, np.float64), classes)


def random_predictions(classes: int, seed: int, n: int = 200):
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(classes), n).astype(np.float32).astype(np.float64)
    return rng.integers(0, classes, n), probabilities.argmax(axis=1), probabilities


def test_the_bundled_metrics_are_registered():
    assert {*NAMES} <= {*registry().names("metric")}


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_and_key_is_documented(name):
    fields = registry().get("metric", name).parameters.model_fields
    page = Path(__file__).parents[2].joinpath("docs", "reference", "metrics.md").read_text(encoding="utf-8")
    assert [key for key, field in fields.items() if not field.description] == []
    assert f"| `{name}` |" in page
    assert [key for key in fields if f"`{key}`" not in page] == []
    assert not fields or f"(components.md#metric-{name})" in page


# labels    1 1 1 1 0 0 0 0 0 0      3 true positives, 2 false positives,
# predicted 1 1 1 0 1 1 0 0 0 0      1 false negative, 4 true negatives
BINARY = ([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], [1, 1, 1, 0, 1, 1, 0, 0, 0, 0])
# a: 2 of 3 right, predicted 3 times; b: 1 of 2, predicted 2 times; c: 0 of 1, predicted once
MULTI = ([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 0])


class TestByHand:
    @pytest.mark.parametrize(
        ("name", "expected"), [("accuracy", 7 / 10), ("precision", 3 / 5), ("recall", 3 / 4), ("f1", 2 / 3)]
    )
    def test_two_classes(self, name, expected):
        assert score(name, *BINARY) == pytest.approx(expected)

    @pytest.mark.parametrize(
        ("name", "keys", "expected"),
        [
            ("accuracy", {}, 3 / 6),
            ("precision", {}, (2 / 3 + 1 / 2 + 0) / 3),
            ("recall", {}, (2 / 3 + 1 / 2 + 0) / 3),
            ("f1", {"average": "macro"}, (2 / 3 + 1 / 2 + 0) / 3),
            ("f1", {"average": "micro"}, 3 / 6),
            ("f1", {"average": "weighted"}, (3 * 2 / 3 + 2 * 1 / 2 + 0) / 6),
        ],
    )
    def test_three_classes(self, name, keys, expected):
        assert score(name, *MULTI, THREE, **keys) == pytest.approx(expected)

    def test_confusion_matrix(self):
        assert score("confusion-matrix", *BINARY) == {
            "neg": {"neg": 4, "pos": 2},
            "pos": {"neg": 1, "pos": 3},
        }
        assert score("confusion-matrix", *MULTI, THREE) == {
            "a": {"a": 2, "b": 1, "c": 0},
            "b": {"a": 0, "b": 1, "c": 1},
            "c": {"a": 1, "b": 0, "c": 0},
        }

    def test_roc_auc_is_the_share_of_pairs_in_the_right_order(self):
        positive = np.array([0.9, 0.4, 0.5, 0.1])  # right of the 4 pairs: .9>.5, .9>.1, .4>.1
        labels = [1, 1, 0, 0]
        assert score("roc-auc", labels, labels, probabilities=np.c_[1 - positive, positive]) == 3 / 4

    def test_log_loss(self):
        probabilities = [[0.5, 0.25, 0.25], [0.1, 0.8, 0.1]]
        expected = (-math.log(0.5) - math.log(0.1)) / 2
        assert score("log-loss", [0, 2], [0, 1], THREE, probabilities) == pytest.approx(expected)

    def test_log_loss_of_certainty_that_is_wrong_is_finite(self):
        assert score("log-loss", [0], [1]) == pytest.approx(-math.log(np.finfo(np.float64).eps))


class TestAgainstScikitLearn:
    @pytest.mark.parametrize("seed", range(3))
    @pytest.mark.parametrize("classes", [2, 3, 5])
    @pytest.mark.parametrize("average", ["auto", "macro", "micro", "weighted"])
    @pytest.mark.parametrize("name", ["precision", "recall", "f1"])
    def test_averaged(self, name, average, classes, seed):
        labels, predicted, probabilities = random_predictions(classes, seed)
        function = getattr(sklearn_metrics, f"{name}_score")
        expected = function(
            labels, predicted, average={"auto": "binary" if classes == 2 else "macro"}.get(average, average)
        )
        names = [str(i) for i in range(classes)]
        assert score(name, labels, predicted, names, probabilities, average=average) == pytest.approx(
            expected
        )

    @pytest.mark.parametrize("seed", range(3))
    @pytest.mark.parametrize("classes", [2, 3, 5])
    def test_of_probabilities(self, classes, seed):
        labels, predicted, probabilities = random_predictions(classes, seed)
        of_class = [sklearn_metrics.roc_auc_score(labels == i, probabilities[:, i]) for i in range(classes)]
        auc = of_class[1] if classes == 2 else sum(of_class) / classes
        loss = -np.log(probabilities[np.arange(len(labels)), labels]).mean()
        names = [str(i) for i in range(classes)]
        assert score("roc-auc", labels, predicted, names, probabilities) == pytest.approx(auc, abs=1e-6)
        assert score("log-loss", labels, predicted, names, probabilities) == pytest.approx(loss, rel=1e-6)


class TestWhatIsNotDefined:
    @pytest.mark.parametrize(
        ("labels", "classes"), [([1, 1], TWO), ([0, 0], TWO), ([0, 1, 1], THREE), ([], TWO)]
    )
    def test_roc_auc_of_an_absent_class(self, labels, classes):
        assert score("roc-auc", labels, labels, classes) is None

    @pytest.mark.parametrize("name", sorted({*NAMES} - {"confusion-matrix"}))
    def test_no_examples(self, name):
        assert score(name, [], []) is None

    def test_an_absent_class_has_a_log_loss(self):
        assert score("log-loss", [1, 1], [1, 1], THREE, [[0.2, 0.5, 0.3]] * 2) == pytest.approx(math.log(2))

    def test_an_absent_class_has_its_row_and_column(self):
        expected = {
            "a": {"a": 0, "b": 0, "c": 0},
            "b": {"a": 0, "b": 1, "c": 0},
            "c": {"a": 0, "b": 0, "c": 0},
        }
        assert score("confusion-matrix", [1], [1], THREE) == expected

    @pytest.mark.parametrize("name", ["precision", "recall", "f1"])
    def test_a_quotient_of_nothing_is_zero(self, name):
        assert score(name, [0, 0], [0, 0]) == 0.0
        assert score(name, [0, 1], [0, 1], THREE) == pytest.approx(2 / 3)

    def test_an_unknown_average(self):
        with pytest.raises(ValueError, match="average"):
            metric("f1", average="mikro")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("classes", [TWO, THREE])
def test_what_comes_out_is_plain_python(name, classes):
    labels, predicted, probabilities = random_predictions(len(classes), seed=1)
    result = score(name, labels, predicted, classes, probabilities)
    flat = (
        [count for row in result.values() for count in row.values()] if isinstance(result, dict) else [result]
    )
    assert {type(value) for value in flat} == {int if name == "confusion-matrix" else float}
    assert json.loads(json.dumps(result)) == result


@pytest.mark.parametrize("name", NAMES)
def test_what_goes_in_is_left_alone(name):
    labels, predicted, probabilities = random_predictions(3, seed=2)
    before = [labels.copy(), predicted.copy(), probabilities.copy()]
    score(name, labels, predicted, THREE, probabilities)
    for array, copy in zip([labels, predicted, probabilities], before, strict=True):
        np.testing.assert_array_equal(array, copy)


# labels    x  xy  -   y      of x: 2 texts, predicted twice, once rightly
# predicted x  y   x   y      of y: 2 texts, predicted twice, both rightly
LABELS = np.array([[1, 0], [1, 1], [0, 0], [0, 1]], bool)
PREDICTED = np.array([[1, 0], [0, 1], [1, 0], [0, 1]], bool)


def of_several(name, labels=LABELS, predicted=PREDICTED, probabilities=None, **keys):
    if probabilities is None:
        probabilities = predicted * 0.8 + 0.1
    return metric(name, **keys).score(labels, predicted, probabilities, ("x", "y"))


class TestSeveralLabels:
    @pytest.mark.parametrize(
        ("name", "keys", "expected"),
        [
            ("accuracy", {}, 2 / 4),
            ("hamming-loss", {}, 2 / 8),
            ("precision", {}, (1 / 2 + 2 / 2) / 2),
            ("recall", {"average": "micro"}, 3 / 4),
            ("recall", {"average": "none"}, {"x": 1 / 2, "y": 1.0}),
            ("f1", {"average": "weighted"}, (2 * 1 / 2 + 2 * 1) / 4),
            ("precision", {"average": "samples"}, (1 + 1 + 0 + 1) / 4),
            (
                "confusion-matrix",
                {},
                {"x": {"tn": 1, "fp": 1, "fn": 1, "tp": 1}, "y": {"tn": 2, "fp": 0, "fn": 0, "tp": 2}},
            ),
            ("log-loss", {}, -(6 * math.log(0.9) + 2 * math.log(0.1)) / 8),
            ("roc-auc", {}, (2 / 4 + 4 / 4) / 2),
        ],
    )
    def test_by_hand(self, name, keys, expected):
        result = of_several(name, **keys)
        assert result == pytest.approx(expected) if not isinstance(expected, dict) else result == expected
        assert json.loads(json.dumps(result)) == result

    @pytest.mark.parametrize("average", ["macro", "micro", "weighted", "samples", "none"])
    @pytest.mark.parametrize("name", ["precision", "recall", "f1"])
    def test_averages_against_scikit_learn(self, name, average):
        rng = np.random.default_rng(4)
        labels, predicted = rng.random((50, 5)) < 0.3, rng.random((50, 5)) < 0.4
        function = getattr(sklearn_metrics, f"{name}_score")
        expected = function(
            labels, predicted, average=None if average == "none" else average, zero_division=0
        )
        result = metric(name, average=average).score(labels, predicted, labels * 1.0, tuple("abcde"))
        assert (list(result.values()) if average == "none" else result) == pytest.approx(expected)

    @pytest.mark.parametrize("labels", [LABELS[:2], LABELS[2:], LABELS[:0]])
    def test_roc_auc_of_a_label_that_all_have_or_none(self, labels):
        assert of_several("roc-auc", labels, labels) is None

    @pytest.mark.parametrize("name", sorted({*NAMES} - {"confusion-matrix"}))
    def test_no_examples(self, name):
        assert of_several(name, LABELS[:0], PREDICTED[:0]) is None

    def test_a_label_that_no_text_has_has_a_log_loss(self):
        none = np.zeros((2, 2), bool)
        assert of_several("log-loss", none, none) == pytest.approx(-math.log(0.9))


def test_each_class_of_one_label_by_itself():
    assert score("recall", *MULTI, THREE, average="none") == {"a": 2 / 3, "b": 1 / 2, "c": 0.0}
    assert score("precision", *BINARY, average="none") == {"neg": 4 / 5, "pos": 3 / 5}


def test_hamming_loss_of_one_label_is_what_accuracy_leaves():
    assert score("hamming-loss", *BINARY) == pytest.approx(1 - 7 / 10)


@pytest.mark.parametrize(
    ("average", "task", "message"),
    [
        ("binary", "multiclass", "cannot score several classes, but two classes"),
        ("binary", "multilabel", "cannot score several labels of a text, but two classes"),
        ("samples", "binary", "cannot score two classes, but several labels of a text"),
    ],
)
def test_an_average_that_is_not_defined_is_refused_before_training(average, task, message):
    class Scored:
        """A recipe with metrics and nothing else."""

        def components(self):
            yield "evaluation.metrics.0", "metric", ComponentSpec(use="accuracy")
            yield "evaluation.metrics.1", "metric", ComponentSpec(use="f1", parameters={"average": average})

    with pytest.raises(RecipeError) as caught:
        Components(Scored(), registry()).metrics(task)
    assert f"evaluation.metrics.1: 'f1' as it stands here {message}" in str(caught.value)
    assert "accuracy" in caught.value.faults[0].allowed
