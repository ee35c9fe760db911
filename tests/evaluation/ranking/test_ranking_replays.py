"""A whole race beside the full grid, on outcomes as correlated as those of real classifiers, seeds fixed."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.evaluation.ranking.race import Race
from embedkit.evaluation.ranking.scores import CandidateScores, FoldScores, Measure
from embedkit.evaluation.ranking.settling import is_settled
from embedkit.evaluation.ranking.tiers import find_tiers

ACCURACY = Measure()
TEXTS, FOLDS = 3_000, 10
LEVELS = {"best": 0.80, "alike": 0.797, "worse": 0.72, "bad": 0.66, "worst": 0.58, "majority": 0.5}


def outcomes(seed):
    """Texts are as hard for every candidate but for chance: a tenth to a fifth come out otherwise for two."""
    generator = np.random.default_rng(seed)
    hard = generator.random(TEXTS)
    noise = generator.normal(0, 0.08, (len(LEVELS), TEXTS))
    return hard + noise < np.array([*LEVELS.values()])[:, None]


def scores(name, right, folds):
    own = {}
    for fold in folds:
        ids = np.arange(fold, TEXTS, FOLDS)
        part = right[ids].astype(float)
        own[fold] = FoldScores(ids, part, float(part.mean()), 1 / 9)
    return CandidateScores(name, own)


def raced(right, seed):
    """Return the first tier at the end of a race, and the number of trainings."""
    race, run, trainings = Race([*LEVELS]), [], 0
    rows = dict(zip(LEVELS, right, strict=True))
    for fold in np.random.default_rng(seed).permutation(FOLDS).tolist():
        run.append(fold)
        for name in race.alive:
            ids = np.arange(fold, TEXTS, FOLDS)
            race.observe(name, fold, ids, rows[name][ids].astype(float))
            trainings += 1
        alive = [scores(name, rows[name], run) for name in race.alive]
        if is_settled(alive, ACCURACY, FOLDS):
            break
    return find_tiers(alive, ACCURACY).tiers[0], trainings


@pytest.mark.parametrize("seed", range(6))
def test_a_race_comes_to_the_first_tier_of_the_full_grid_with_half_of_its_trainings(seed):
    right = outcomes(seed)
    full = [scores(name, own, range(FOLDS)) for name, own in zip(LEVELS, right, strict=True)]
    first, trainings = raced(right, seed)
    assert {*first} == {*find_tiers(full, ACCURACY).tiers[0]} == {"best", "alike"}
    assert trainings <= 0.5 * len(LEVELS) * FOLDS


def test_outcomes_are_as_correlated_as_those_of_real_classifiers():
    best, alike = outcomes(0)[:2]
    assert 0.08 < (best != alike).mean() < 0.2
