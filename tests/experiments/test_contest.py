"""The race of a ranking whose candidates have several seeds: a fold counts once, by the mean of its seeds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embedkit.evaluation.ranking.race import Race
from embedkit.evaluation.ranking.scores import Measure
from embedkit.experiments.executors.serial import SerialExecutor
from embedkit.experiments.plan import Job, Outcome
from embedkit.experiments.ranking.audience import Audience
from embedkit.experiments.ranking.contest import Contest
from embedkit.experiments.ranking.scores import Trained
from embedkit.recipe.ranking import RankingSettings
from embedkit.runs.axes import Axes

TEXTS, FOLDS = 60, 4


def jobs(seeds):
    return {
        name: [
            Job(f"{name}--fold-{fold}-seed-{seed}", name, Axes(fold=fold, seed=seed), {})
            for fold in range(FOLDS)
            for seed in own
        ]
        for name, own in seeds.items()
    }


def right(job):
    """`good` has all texts right; `fickle` all with its first seed, and none with the others."""
    share = 1 if job.candidate == "good" or job.axes.seed == 1 else 0
    return np.full(TEXTS, share, np.bool_)


def trained(job, *_):
    ids = np.arange(TEXTS) + TEXTS * job.axes.fold
    return Trained(job, ids, right(job), float(right(job).mean()), frozenset("ab"), 3 * TEXTS, 1.0, 1, None)


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr("embedkit.experiments.ranking.contest.read_training", trained)

    def run(seeds):
        contest = Contest(jobs(seeds), Path(), RankingSettings(metric="accuracy"), Measure())
        return contest.run(SerialExecutor(lambda job: Outcome(job, 1.0)), Audience())

    return run


def test_a_fold_counts_by_the_mean_of_its_seeds(run):
    standing = run({"good": (1, 2, 3), "fickle": (1, 2, 3)})
    assert [*standing.out] == ["fickle"]
    expected = Race(["good", "fickle"])
    expected.observe("good", 0, np.arange(TEXTS), np.ones(TEXTS))
    expected.observe("fickle", 0, np.arange(TEXTS), np.full(TEXTS, 1 / 3))
    assert standing.out["fickle"].e_value == pytest.approx(expected.dropped["fickle"].e_value)


def test_candidates_are_out_after_folds_not_trainings(run):
    standing = run({"good": (1, 2, 3), "fickle": (1, 2, 3)})
    assert len(standing.trained["fickle"]) == 3
    assert standing.dropped == {"fickle": 1}


def test_candidates_may_have_different_numbers_of_seeds(run):
    standing = run({"good": (1,), "fickle": (1, 2)})
    assert standing.dropped == {"fickle": 1}
    assert len(standing.trained["good"]) == FOLDS
