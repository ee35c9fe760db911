"""Predictions of held-out texts as arrays."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.errors import RunError
from embedkit.evaluation.error_analysis.held_out import HeldOut, joined


def test_what_two_models_predict_and_where_they_are_wrong():
    held_out = HeldOut(
        ids=np.array([3, 7]),
        texts=("good", "bad"),
        tokens=(("good",), ("bad",)),
        labels=np.array([1, 0]),
        classes=("neg", "pos"),
        probabilities=np.array([[[0.2, 0.8], [0.4, 0.6]], [[0.9, 0.1], [0.7, 0.3]]]),
        models=("seed 1", "seed 2"),
    )
    assert held_out.predicted.tolist() == [[1, 1], [0, 0]]
    assert held_out.wrong.tolist() == [[False, True], [True, False]]


def part(models, probabilities, classes=("neg", "pos"), ids=(3, 7), labels=(1, 0), **changes):
    given = {
        "ids": np.array(ids),
        "texts": tuple(f"text {number}" for number in ids),
        "tokens": tuple((str(number),) for number in ids),
        "labels": np.array(labels),
        "classes": classes,
        "probabilities": np.array(probabilities),
        "models": models,
    }
    return HeldOut(**{**given, **changes})


FIRST = part(("bag",), [[[0.2, 0.8], [0.4, 0.6]]])


def test_parts_with_texts_and_classes_in_another_order_are_joined():
    second = part(
        ("cnn",),
        [[[0.1, 0.2, 0.7], [0.0, 0.9, 0.1]]],
        ("other", "pos", "neg"),
        ids=(7, 3),
        labels=(2, 1),
        recipes=("words",),
    )
    both = joined([FIRST, second])
    assert both.ids.tolist() == [3, 7]
    assert both.classes == ("neg", "pos", "other")
    assert both.models == ("bag", "cnn")
    assert both.recipes == ("bag", "words")
    assert both.probabilities.tolist() == [[[0.2, 0.8, 0], [0.4, 0.6, 0]], [[0.1, 0.9, 0], [0.7, 0.2, 0.1]]]
    assert both.wrong.tolist() == [[False, True], [False, False]]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"ids": (3, 8)}, r"2 of one alone, such as id 7; 1 of both"),
        ({"texts": ("text 3", "changed")}, "text 7 is another one"),
        ({"labels": (1, 1)}, "text 7 has the label 'neg' in one, and 'pos' in the other"),
    ],
)
def test_parts_with_other_texts_are_refused(changes, what):
    with pytest.raises(RunError, match=rf"bag and cnn: .*{what}"):
        joined([FIRST, part(("cnn",), [[[0.5, 0.5], [0.5, 0.5]]], **changes)])


def test_a_model_of_one_class_tells_nothing():
    one = [[0.4, 0.6], [0.3, 0.7]]
    two = [[0.4, 0.6], [0.7, 0.3]]
    both = part(("majority", "bag"), [one, two], recipes=("majority", "bag"))
    assert both.informative.models == both.informative.recipes == ("bag",)
    assert part(("majority",), [one]).informative.models == ("majority",)


def test_the_seeds_of_a_recipe_are_averaged():
    held_out = part(
        ("a, 1", "b, 1", "a, 2"),
        [[[0.2, 0.8], [0.4, 0.6]], [[0.5, 0.5], [1, 0]], [[0.4, 0.6], [0, 1]]],
        recipes=("a", "b", "a"),
    ).by_recipe()
    assert held_out.models == ("a", "b")
    assert held_out.probabilities == pytest.approx(np.array([[[0.3, 0.7], [0.2, 0.8]], [[0.5, 0.5], [1, 0]]]))
