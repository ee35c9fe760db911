"""Curves of each class, calibration, accuracy by coverage and confusions, of few texts and of many."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import auc, average_precision_score, roc_auc_score

from embedkit.evaluation.error_analysis.calibration import calibration
from embedkit.evaluation.error_analysis.confusion import confusion
from embedkit.evaluation.error_analysis.curves import Curve, Curves, curves
from embedkit.evaluation.error_analysis.held_out import HeldOut
from embedkit.evaluation.error_analysis.surest import accuracy_by_coverage
from embedkit.evaluation.error_analysis.thinning import thinned
from embedkit.evaluation.intervals import wilson_interval


def held_out(labels: list[int], probabilities: np.ndarray) -> HeldOut:
    n, width = probabilities.shape
    return HeldOut(
        ids=np.arange(1, n + 1),
        texts=tuple(f"text {i}" for i in range(n)),
        tokens=tuple(("text", str(i)) for i in range(n)),
        labels=np.array(labels),
        classes=tuple(f"c{c}" for c in range(width)),
        probabilities=probabilities[None],
        models=("the run",),
    )


def binary(labels: list[int], second: list[float]) -> HeldOut:
    return held_out(labels, np.column_stack([1 - np.array(second), second]))


def drawn(n: int, width: int, seed: int = 0) -> HeldOut:
    """Return texts whose labels are drawn by their probabilities."""
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet(np.ones(width), n)
    labels = [int(generator.choice(width, p=row)) for row in probabilities]
    return held_out(labels, probabilities)


def test_the_curves_of_four_texts_are_those_found_by_hand():
    # By falling probability of c1: right, wrong, right, wrong.
    found = curves(binary([1, 0, 1, 0], [0.9, 0.8, 0.6, 0.3])).classes[1]
    assert found.n == 2
    assert found.roc == Curve((0, 0, 0.5, 0.5, 1), (0, 0.5, 0.5, 1, 1), 0.75)  # 3 of 4 pairs in order
    assert found.precision_recall is not None
    assert found.precision_recall.area == pytest.approx((1 + 2 / 3) / 2)  # precision at each right text
    assert found.precision_recall.x[-1] == 1


def test_equally_probable_texts_count_as_half_a_pair():
    found = curves(binary([1, 0, 1, 0], [0.5] * 4)).classes[1]
    assert found.roc == Curve((0, 1), (0, 1), 0.5)
    assert found.precision_recall is not None
    assert found.precision_recall.area == 0.5


def test_a_class_that_no_text_has_and_one_that_all_have_say_why_there_is_no_curve():
    none, every = curves(binary([1, 1, 1], [0.9, 0.2, 0.5])).classes
    assert (none.roc, none.precision_recall, none.why) == (None, None, "no text has this class")
    assert (every.roc, every.n, every.why) == (None, 3, "every text has this class")


@pytest.mark.parametrize("width", [2, 5, 50])
def test_many_texts_have_few_points_and_the_area_of_all(width):
    texts = drawn(10_000, width)
    found = curves(texts)
    total = 0
    for c, each in enumerate(found.classes):
        assert each.roc is not None
        assert each.precision_recall is not None
        is_class, scores = texts.labels == c, texts.probabilities[0, :, c]
        assert each.roc.area == pytest.approx(roc_auc_score(is_class, scores))
        assert each.precision_recall.area == pytest.approx(average_precision_score(is_class, scores))
        apart = [abs(drawn_area(curve) - curve.area) for curve in (each.roc, each.precision_recall)]
        assert max(apart) < (0.003 if width <= 10 else 0.01)
        total += len(each.roc.x) + len(each.precision_recall.x)
    assert total <= 2 * 200 * 10
    assert len(found.coverage.points) <= 100


def drawn_area(curve: Curve) -> float:
    return float(auc(curve.x, curve.y))


def test_thinned_points_have_both_ends_and_no_more_than_allowed():
    x = np.linspace(0, 1, 5_000)
    for y in (x, np.sqrt(x), np.zeros_like(x), np.repeat([0.0, 1.0], 2_500)):
        kept = thinned(x, y, 50)
        assert len(kept) <= 50
        assert [kept[0], kept[-1]] == [0, 4_999]
        assert (np.diff(kept) > 0).all()


def test_the_calibration_of_ten_texts_is_that_found_by_hand():
    # Two bins of five texts: 0.1 each with 1 of 5 true, 0.8 each with 3 of 5 true.
    second = [0.1] * 5 + [0.8] * 5
    labels = [1, 0, 0, 0, 0, 1, 1, 1, 0, 0]
    found = calibration(np.column_stack([1 - np.array(second), second]), np.array(labels), ("no", "yes"))
    assert found.of == "yes"
    assert [(each.n, each.share) for each in found.bins] == [(5, 0.2), (5, 0.6)]
    assert [each.probability for each in found.bins] == pytest.approx([0.1, 0.8])
    assert found.bins[1].ci95 == wilson_interval(3, 5)
    assert found.error == pytest.approx(0.5 * 0.1 + 0.5 * 0.2)
    assert found.brier == pytest.approx((0.9**2 + 4 * 0.1**2 + 3 * 0.2**2 + 2 * 0.8**2) / 10)


def test_of_many_classes_what_is_predicted_is_calibrated():
    probabilities = np.array([[0.6, 0.3, 0.1], [0.6, 0.3, 0.1], [0.2, 0.2, 0.6]])
    found = calibration(probabilities, np.array([0, 1, 2]), ("a", "b", "c"))
    assert found.of is None
    (only,) = found.bins
    assert (only.n, only.share) == (3, 2 / 3)
    assert found.error == pytest.approx(2 / 3 - 0.6)
    brier = (0.16 + 0.09 + 0.01) + (0.36 + 0.49 + 0.01) + (0.04 + 0.04 + 0.16)
    assert found.brier == pytest.approx(brier / 3)


def test_equal_probabilities_stand_in_one_bin():
    second = np.array([0.2] * 90 + [0.7] * 10)
    found = calibration(np.column_stack([1 - second, second]), np.arange(100) % 2, ("a", "b"))
    assert [each.n for each in found.bins] == [90, 10]
    constant = np.full((30, 2), 0.5)
    (only,) = calibration(constant, np.arange(30) % 2, ("a", "b")).bins
    assert (only.n, only.probability, only.share) == (30, 0.5, 0.5)


@pytest.mark.parametrize("width", [2, 4])
def test_right_probabilities_are_seldom_called_wrong_and_overconfident_ones_always(width):
    significant = 0
    for seed in range(60):
        texts = drawn(300, width, seed)
        found = calibration(texts.probabilities[0], texts.labels, texts.classes)
        significant += found.p_value <= 0.05
        assert found.by_chance > 0
    assert significant <= 9  # 3 on average; more than 9 once in 1,000
    sharp = texts.probabilities[0] ** 4
    sharp /= sharp.sum(axis=1, keepdims=True)
    assert calibration(sharp, texts.labels, texts.classes).p_value < 0.01


def test_the_accuracy_on_the_surest_texts_is_that_found_by_hand():
    found = accuracy_by_coverage(np.array([0.6, 0.9, 0.6, 0.8]), np.array([True, True, False, False]))
    points = [(each.threshold, each.n, each.share, each.accuracy) for each in found.points]
    assert points == [(0.9, 1, 0.25, 1.0), (0.8, 2, 0.5, 0.5), (0.6, 4, 1.0, 0.5)]
    assert found.points[0].ci95 == wilson_interval(1, 1)
    # Of the equally sure last two, one is right: 1/1, 1/2, (1 + 0.5)/3, 2/4.
    assert found.area == pytest.approx((1 + 0.5 + 0.5 + 0.5) / 4)
    assert found.at(0.3) == found.points[1]
    assert found.at(1.0) == found.points[-1]


def test_constant_probabilities_have_one_point_and_the_accuracy_as_area():
    found = accuracy_by_coverage(np.full(8, 0.5), np.array([True] * 6 + [False] * 2))
    assert [each.n for each in found.points] == [8]
    assert found.area == pytest.approx(0.75)


def test_the_confusion_matrix_has_the_texts_of_each_cell():
    found = confusion(np.array([0, 1, 0, 0, 1]), np.array([0, 0, 1, 0, 1]), ("a", "b", "c"))
    assert found.counts.tolist() == [[2, 1, 0], [1, 1, 0], [0, 0, 0]]
    assert found.texts("a", "a") == (0, 3)
    assert found.texts("a", "b") == (2,)
    assert found.texts("c", "a") == ()
    recall, precision = found.recall[0], found.precision[1]
    assert recall is not None
    assert precision is not None
    assert (recall.count, recall.n, recall.ci95) == (2, 3, wilson_interval(2, 3))
    assert precision.share == 0.5
    assert (found.recall[2], found.precision[2]) == (None, None)


@pytest.mark.parametrize("n", [1, 2, 10])
def test_one_text_two_texts_and_ten_have_all_figures(n):
    found = curves(drawn(n, 3))
    assert isinstance(found, Curves)
    assert sum(each.n for each in found.calibration.bins) == n
    assert found.confusion.counts.sum() == n
    assert found.coverage.points[-1].share == 1


def test_the_figures_are_those_of_the_model_that_is_asked_for():
    one = binary([1, 0], [0.9, 0.1])
    both = HeldOut(
        one.ids,
        one.texts,
        one.tokens,
        one.labels,
        one.classes,
        np.concatenate([one.probabilities, 1 - one.probabilities]),
        ("good", "bad"),
    )
    good, bad = curves(both), curves(both, model=1)
    assert (good.model, bad.model) == ("good", "bad")
    assert [good.coverage.points[-1].accuracy, bad.coverage.points[-1].accuracy] == [1, 0]
