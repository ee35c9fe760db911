"""Predictions of held-out texts as arrays."""

from __future__ import annotations

import numpy as np

from embedkit.evaluation.error_analysis.held_out import HeldOut


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
