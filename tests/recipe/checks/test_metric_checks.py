"""Which metrics a recipe may have: each once, and none that cannot score its labels."""

from __future__ import annotations

import pytest

from embedkit.errors import ComponentError, RecipeError
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe

pytestmark = pytest.mark.core

RECIPE = {
    "name": "tiny",
    "data": {
        "train": {"use": "inline", "texts": ["good", "bad"], "labels": ["a|b", ""]},
        "label_separator": "|",
    },
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 4},
    "encoder": "bag",
}
BUNDLED = ["accuracy", "precision", "recall", "f1", "roc-auc", "log-loss", "confusion-matrix", "hamming-loss"]
STRANGER = """
    from embedkit import hookimpl

    class Plain:
        def score(self, labels, predicted, probabilities, classes):
            return 0.5

    class Jaccard(Plain):
        tasks = ("multilabel",)

    class Faulty(Plain):
        tasks = ("multilabel",)

        def __init__(self, *, weight: int):
            self.weight = weight

    @hookimpl
    def register_metrics(register):
        register("plain", Plain)
        register("jaccard", Jaccard)
        register("faulty", Faulty)
"""


def said(registry, overrides):
    with pytest.raises(RecipeError) as caught:
        load_recipe(RECIPE, registry, overrides)
    return [fault.what for fault in caught.value.faults]


def test_every_bundled_metric_can_score_several_labels(registry):
    assert load_recipe(RECIPE, registry, {"evaluation.metrics": BUNDLED}).data.label_separator == "|"


@pytest.mark.parametrize(
    ("average", "labels", "message"),
    [
        ("binary", None, "several labels of a text, but two classes"),
        ("samples", ["a", "b"], "two classes, but several labels of a text"),
        ("samples", ["a", "b", "c"], "several classes, but several labels of a text"),
        ("binary", ["a", "b", "c"], "several classes, but two classes"),
    ],
)
def test_an_average_that_does_not_go_with_the_labels(registry, average, labels, message):
    data = {} if labels is None else {"data.label_separator": None, "data.labels": labels}
    metrics = {"evaluation.metrics": ["accuracy", {"use": "f1", "average": average}]}
    (what,) = said(registry, data | metrics)
    assert what == f"evaluation.metrics.1: 'f1' as it stands here cannot score {message}"


def test_where_the_classes_are_not_known_yet_both_are_possible(registry):
    for average in ("binary", "macro"):
        metrics = [{"use": "f1", "average": average}]
        recipe = load_recipe(RECIPE, registry, {"data.label_separator": None, "evaluation.metrics": metrics})
        assert recipe.evaluation.metrics[0].parameters["average"] == average
    evaluation = {"name": "again", "model": "run", "data": {"test": {"use": "inline", "texts": ["a"]}}}
    evaluation |= {"evaluation": {"metrics": [{"use": "f1", "average": "binary"}]}}
    assert load_recipe(evaluation, registry).evaluation.metrics[0].parameters["average"] == "binary"


def test_a_strangers_metric_is_asked_for_what_it_says_it_can_score(install):
    install("stranger", STRANGER, entries=["stranger"])
    registry = build_registry()
    with pytest.raises(RecipeError) as caught:
        load_recipe(RECIPE, registry, {"evaluation.metrics": ["plain", "jaccard"]})
    (fault,) = caught.value.faults
    what = (
        "'plain' as it stands here cannot score several labels of a text, but two classes or several classes"
    )
    assert fault.what == f"evaluation.metrics.0: {what}"
    assert {"jaccard", *BUNDLED} < {*fault.allowed}
    single = {"data.label_separator": None, "evaluation.metrics": ["plain", "jaccard"]}
    with pytest.raises(RecipeError, match="'jaccard' as it stands here cannot score two classes or several"):
        load_recipe(RECIPE, registry, single)


@pytest.mark.parametrize("tasks", ["'multilabel'", "('multi-label',)", "()"])
def test_a_metric_that_says_nonsense_of_itself_is_named(install, tasks):
    install("stranger", STRANGER.replace('("multilabel",)', tasks), entries=["stranger"])
    with pytest.raises(
        ComponentError, match=r"'jaccard' \(stranger of .*\): tasks: expected some of binary, multiclass, "
    ):
        load_recipe(RECIPE, build_registry(), {"evaluation.metrics": ["jaccard"]})


def test_a_fault_of_the_parameters_hides_no_other(install):
    install("stranger", STRANGER, entries=["stranger"])
    overrides = {"evaluation.metrics": [{"use": "faulty", "weight": "x"}, "plain", "plain"]}
    whats = said(build_registry(), overrides)
    assert len(whats) == 4
    assert "evaluation.metrics.0.weight: expected an integer, got the text 'x'" in whats
    assert "evaluation.metrics.2: the metric 'plain' stands here twice" in whats


def test_labels_that_hold_the_separator(registry):
    assert said(registry, {"data.labels": ["a", "a|b"]}) == [
        "data.labels.1: 'a|b' holds '|', which separates labels"
    ]
    assert said(registry, {"data.label_separator": ""}) == [
        "data.label_separator: expected a text of at least 1 characters, got the text ''"
    ]
