"""Texts that every model gets wrong, and those on which models disagree."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.evaluation.error_analysis.held_out import HeldOut
from embedkit.evaluation.error_analysis.never_right import never_right
from embedkit.evaluation.intervals import wilson_interval

CLASSES = ("a", "b", "c")


def predicting(*models, labels, sure=0.8):
    """Return models that predict the classes in `models`, a string for each, such as 'abc'."""
    rest = (1 - sure) / 2
    probabilities = [
        [[sure if name == predicted else rest for name in CLASSES] for predicted in own] for own in models
    ]
    return HeldOut(
        ids=np.arange(10, 10 + len(labels)),
        texts=tuple(f"text {place}" for place in range(len(labels))),
        tokens=((),) * len(labels),
        labels=np.array([CLASSES.index(name) for name in labels]),
        classes=CLASSES,
        probabilities=np.array(probabilities),
        models=tuple(f"model {place}" for place in range(len(models))),
    )


def test_a_small_case_by_hand():
    held_out = predicting("abcb", "abbc", "acbb", labels="aaac")
    found = never_right(held_out)
    assert sorted((each.id, each.most_predicted, each.votes, each.wrong) for each in found.never) == [
        (11, "b", 2, 3),
        (12, "b", 2, 3),
    ]
    assert [(each.id, each.label, each.wrong, each.most_predicted) for each in found.disagreed] == [
        (13, "c", 2, "b")
    ]
    assert found.wrong_by == (1, 0, 1, 2)
    assert (found.n, found.share) == (4, 0.5)
    assert found.ci95 == wilson_interval(2, 4)
    in_a, in_c = 3 * (2 / 3) ** 3, 1 * 1 * 0 * 1
    assert found.by_chance == pytest.approx(in_a + in_c)


def test_texts_on_whose_wrong_class_most_agree_come_first_and_those_that_divide_most():
    held_out = predicting("bbab", "cbaa", "bbab", "bbba", labels="aaaa")
    found = never_right(held_out)
    assert [(each.id, each.votes) for each in found.never] == [(11, 4), (10, 3)]
    assert [(each.id, each.wrong) for each in found.disagreed] == [(13, 2), (12, 1)]


def test_of_classes_with_as_many_votes_the_surer_one_is_the_most_predicted():
    held_out = predicting("ba", "ca", labels="ab")
    held_out.probabilities[1, 0] = [0.02, 0.08, 0.9]
    assert {each.id: each.most_predicted for each in never_right(held_out).never} == {10: "c", 11: "a"}


def test_a_majority_baseline_is_left_out():
    found = never_right(predicting("aaaa", "abba", "abaa", labels="abab"))
    assert found.left_out == ("model 0",)
    assert found.models == ("model 1", "model 2")
    assert [each.id for each in found.never] == [13]


def test_one_text_and_one_model():
    found = never_right(predicting("a", labels="b"))
    assert [each.id for each in found.never] == [10]
    assert (found.disagreed, found.by_chance) == ((), 1.0)


def test_independent_errors_meet_as_often_as_by_chance():
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 3, 30_000)
    models = [
        "".join(CLASSES[(label + (draw < 0.3)) % 3] for label, draw in zip(labels, draws, strict=True))
        for draws in generator.random((2, 30_000))
    ]
    found = never_right(predicting(*models, labels="".join(CLASSES[label] for label in labels)))
    assert len(found.never) == pytest.approx(found.by_chance, rel=0.05)
    assert found.by_chance == pytest.approx(30_000 * 0.09, rel=0.05)
