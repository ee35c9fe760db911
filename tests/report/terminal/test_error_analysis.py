"""What the terminal says of the analyses of errors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from embedkit.evaluation.error_analysis.curves import curves
from embedkit.evaluation.error_analysis.held_out import HeldOut
from embedkit.evaluation.error_analysis.label_noise import LabelNoise
from embedkit.evaluation.error_analysis.label_suspects import (
    ContradictoryDuplicate,
    LabelSuspect,
    LabelSuspects,
)
from embedkit.evaluation.error_analysis.nearest_texts import Predicted, VectorTexts, nearest_texts
from embedkit.evaluation.error_analysis.never_right import never_right
from embedkit.evaluation.error_analysis.table_changes import TableRows, table_changes
from embedkit.evaluation.error_analysis.word_values import GroupValue, WordValue, WordValues
from embedkit.report.terminal.cells import width_of
from embedkit.report.terminal.error_analysis import (
    lines_of_curves,
    lines_of_label_suspects,
    lines_of_nearest_texts,
    lines_of_never_right,
    lines_of_table_changes,
    lines_of_word_values,
)


def held_out(labels: list[int], probabilities: np.ndarray) -> HeldOut:
    n, width = probabilities.shape
    return HeldOut(
        ids=np.arange(n),
        texts=("text",) * n,
        tokens=(("text",),) * n,
        labels=np.array(labels),
        classes=tuple("abcdef"[:width]),
        probabilities=probabilities[None],
        models=("the run",),
    )


def drawn(n: int, width: int, power: float) -> HeldOut:
    """Return texts whose labels are drawn by their probabilities, which are then made too sharp or flat."""
    generator = np.random.default_rng(0)
    true = generator.dirichlet(np.ones(width), n)
    labels = [int(generator.choice(width, p=row)) for row in true]
    told = true**power
    return held_out(labels, told / told.sum(axis=1, keepdims=True))


def test_right_probabilities_may_be_off_by_chance_and_sharp_ones_are_off():
    right, sharp = (lines_of_curves(curves(drawn(2_000, 2, power))) for power in (1, 6))
    assert right[0].startswith("ROC AUC: 0.")
    assert "as may be by chance" in right[1]
    assert "by chance" in sharp[1]
    assert ", p = 0.002." in sharp[1]
    assert right[2].startswith("Surest 50% of the texts: ")


def test_of_many_classes_the_worst_is_named():
    line = lines_of_curves(curves(drawn(500, 6, 1)))[0]
    assert "on average, lowest 0." in line
    assert line[-4:] in ("(a).", "(b).", "(c).", "(d).", "(e).", "(f).")


@pytest.mark.parametrize("width", [2, 6])
def test_lines_fit_into_the_terminal(width):
    assert all(len(line) <= 80 for line in lines_of_curves(curves(drawn(3_000, width, 5))))


def test_one_class_and_constant_probabilities_have_one_line():
    lines = lines_of_curves(curves(held_out([0] * 10, np.full((10, 2), 0.5))))
    assert [line[:17] for line in lines] == ["Probabilities are"]


def test_texts_that_no_model_gets_right_are_counted_beside_chance():
    one = held_out([0, 0, 1, 1], np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]]))
    assert lines_of_never_right(never_right(one)) == []
    flipped = one.probabilities[:, [0, 1, 3, 2]]
    two = replace(one, probabilities=np.concatenate([one.probabilities, flipped]), models=("a", "b"))
    assert lines_of_never_right(never_right(two)) == [
        "Wrong by all 2 models: 1 of 4 texts, 25.0% (4.6% to 69.9%);",
        "  independent errors would make that 1. On 2 the models disagree.",
    ]


def worth(words: int, points: float, low: float, high: float) -> GroupValue:
    return GroupValue(words, 10, 3, 1, points, (low, high))


def word(name: str) -> WordValue:
    return WordValue(name, 3, 20, "pos", 1.2, 0.01, (0.0, 0.02))


def test_missing_words_that_are_worth_vectors_are_named_and_the_others_counted():
    words = tuple(word(f"cliché{number}") for number in range(40))
    found = WordValues(1000, words, worth(40, 0.6, 0.2, 1.1), worth(3100, -0.04, -0.3, 0.2), 7)
    lines = lines_of_word_values(found)
    assert lines[0] == "Vectors for the 40 best missing words: 0.6 points of accuracy (0.2 to 1.1)."
    assert lines[1].startswith("  cliché0, cliché1, ")
    assert width_of(lines[1]) == 80
    assert lines[2] == "For the other 3,100: nothing that can be seen (−0.3 to 0.2)."
    assert all(width_of(line) <= 80 for line in lines)


def test_a_word_with_an_escape_or_of_wide_characters_fits_the_screen():
    found = WordValues(9, (word("\x1b[31m"), word("漢" * 50)), *[worth(50, 0, -10, 10)] * 2, 0)
    lines = lines_of_word_values(found)
    assert "\\x1b[31m" in lines[1]
    assert all(width_of(line) <= 80 for line in lines)


def test_without_missing_words_the_reason_is_said():
    found = WordValues(9, (), None, None, 0, "a baseline has no word vectors")
    assert lines_of_word_values(found) == ["Value of missing words: a baseline has no word vectors."]


SUSPECT = LabelSuspect(7, "line\nof a \x1b[31m text " * 9, "neg", "pos", 2, 0.97, 0.8, None, None)
DUPLICATE = ContradictoryDuplicate("same", (1, 2, 3), ("neg", "pos", "pos"))
SUSPECTS = LabelSuspects(500, ("a", "b"), (), (), (), LabelNoise(0.04, (0.02, 0.06)), None)


def test_contradictory_duplicates_come_before_wrong_labels_and_the_first_suspect():
    lines = lines_of_label_suspects(replace(SUSPECTS, duplicates=(DUPLICATE,), suspects=(SUSPECT,)))
    assert lines[:2] == [
        "Texts that occur with different labels: 1; at least 1 wrong.",
        "About 4.0% of the labels look wrong (2.0% to 6.0%).",
    ]
    assert lines[2].startswith("  Look first at id 7, neg that reads like pos: line")
    assert len(lines[2]) <= 80
    assert "\x1b" not in lines[2]


def test_errors_of_the_models_are_not_said_to_be_wrong_labels():
    none = replace(SUSPECTS, noise=LabelNoise(0.01, (0.0, 0.03)))
    assert lines_of_label_suspects(none) == [
        "No labels look wrong beyond the models' own errors (0.0% to 3.0%)."
    ]
    weak = replace(SUSPECTS, noise=LabelNoise(0.26, (0.004, 0.37)))
    assert lines_of_label_suspects(weak) == [
        "The models are too weak to tell wrong labels from their errors (0.4% to 37.0%)."
    ]
    one = replace(SUSPECTS, noise=None)
    assert lines_of_label_suspects(one) == [
        "Labels contradicted by the models: 0; one recipe tells no share."
    ]


def test_the_words_that_moved_farthest_are_told_and_cut_to_the_screen():
    words = ("one", "\x1b[31mred", "w" * 90, "four")
    rows = TableRows("the run", words, np.arange(4), ("found",) * 4, {})
    before = np.eye(4, dtype=np.float32)
    after = before * np.array([1, 9, 8, 7], np.float32)
    lines = lines_of_table_changes(table_changes(rows, before, after))
    assert lines[0] == "Training moved 3 of 4 rows of the embedding matrix."
    assert lines[1].endswith(", four.")
    assert "\x1b" not in lines[1]
    assert len(lines[1]) <= 80
    still = lines_of_table_changes(table_changes(rows, before, before))
    assert still == ["Training left the embedding matrix as it was."]


def test_it_is_told_how_often_the_nearest_text_has_the_predicted_class():
    vectors = np.array([[1, 0], [0, 1]], np.float32)
    held_out = VectorTexts(np.array([1, 2]), ("x", "y"), ("a", "b"), vectors)
    training = VectorTexts(np.array([3, 4]), ("v", "w"), ("b", "b"), vectors)
    lines = lines_of_nearest_texts(nearest_texts([Predicted(held_out, ("b", "b"), training)], "run", "means"))
    assert lines[1] == "  100% of 1 (21 to 100%); of a right text, 100%."
    assert all(len(line) <= 80 for line in lines)
    none = nearest_texts([Predicted(held_out, ("a", "b"), training)], "run", "means")
    assert lines_of_nearest_texts(none) == []
