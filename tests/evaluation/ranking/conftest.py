"""Scores of candidates made up on the spot."""

from __future__ import annotations

import pytest


@pytest.fixture
def candidate():
    """Makes a candidate with these accuracies, one for each fold, on so many texts a fold."""
    import numpy as np

    from embedkit.evaluation.ranking.scores import CandidateScores, FoldScores

    def make(name, accuracies, texts=100, ratio=1 / 9, **others):
        folds = {}
        for fold, accuracy in enumerate(accuracies):
            ids = np.arange(fold * texts, (fold + 1) * texts) + 1
            right = (np.arange(texts) < round(accuracy * texts)).astype(float)
            folds[fold] = FoldScores(ids, right, accuracy, ratio)
        return CandidateScores(name, folds, **others)

    return make


@pytest.fixture
def course():
    """How a ranking without a race went, over so many folds."""
    from embedkit.evaluation.ranking.fields import Trainings
    from embedkit.evaluation.ranking.ranking import Course

    def make(folds=10, **others):
        return Course(folds, Trainings(folds, folds), 1.0, **others)

    return make
