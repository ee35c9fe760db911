"""cleanlab's scores of labels, beside embedkit's."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from embedkit.evaluation.error_analysis.cleanlab_scores import cleanlab_scores
from embedkit.evaluation.error_analysis.held_out import HeldOut
from embedkit.evaluation.error_analysis.label_suspects import label_suspects

LABELS = np.array([0, 1] * 20 + [0])
FIRST = np.array([[0.9, 0.1], [0.1, 0.9]] * 20 + [[0.05, 0.95]])
SECOND = np.array([[0.8, 0.2], [0.7, 0.3]] * 20 + [[0.2, 0.8]])
"""Models of two classes, whose accuracies are 40 of 41 and 20 of 41; the last label is wrong."""


def held_out(*models):
    return HeldOut(
        ids=np.arange(len(LABELS)),
        texts=tuple(map(str, range(len(LABELS)))),
        tokens=((),) * len(LABELS),
        labels=LABELS,
        classes=("neg", "pos"),
        probabilities=np.stack(models),
        models=tuple(f"model {place}" for place in range(len(models))),
    )


def test_the_quality_is_the_probability_of_the_label_weighted_by_accuracy():
    pytest.importorskip("cleanlab", reason="cleanlab is not installed")
    alone = cleanlab_scores(FIRST[None], LABELS)
    assert alone.quality[[0, -1]] == pytest.approx([0.9, 0.05])
    assert np.flatnonzero(alone.flagged).tolist() == [40]
    both = cleanlab_scores(np.stack([FIRST, SECOND]), LABELS)
    assert both.quality[0] == pytest.approx((40 * 0.9 + 20 * 0.8) / 60)
    assert both.quality[-1] == pytest.approx((40 * 0.05 + 20 * 0.2) / 60)


def test_suspects_have_the_scores_of_cleanlab():
    pytest.importorskip("cleanlab", reason="cleanlab is not installed")
    found = label_suspects(held_out(FIRST, FIRST))
    assert [(each.id, each.cleanlab_flagged) for each in found.suspects] == [(40, True)]
    assert found.suspects[0].cleanlab == pytest.approx(0.05)
    assert found.flagged_by_cleanlab == 1


def test_a_class_without_texts_is_allowed_and_one_class_alone_is_not():
    pytest.importorskip("cleanlab", reason="cleanlab is not installed")
    three = np.concatenate([0.9 * FIRST, np.full((len(LABELS), 1), 0.1)], axis=1)
    assert cleanlab_scores(three[None], LABELS).flagged.sum() == 1
    assert cleanlab_scores(FIRST[None], np.zeros(len(LABELS), int)) is None


def test_without_cleanlab_suspects_have_no_scores_of_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cleanlab.filter", None)
    found = label_suspects(held_out(FIRST, FIRST))
    assert [(each.id, each.cleanlab, each.cleanlab_flagged) for each in found.suspects] == [(40, None, None)]
    assert found.flagged_by_cleanlab is None
