"""`embedkit.run` of a matrix: every combination is run once and ranked, whatever the order of its axes."""

from __future__ import annotations

import embedkit
from embedkit.runs.reporter import Reporter


class Told(Reporter):
    def __init__(self):
        self.lines = []

    def job(self, name, ending, number, of):
        self.lines.append((name, number, of))


def test_a_matrix_whose_first_axis_is_the_seed_is_run_and_ranked(small, tmp_path):
    test = {"use": "inline", "texts": ["good film", "bad plot"], "labels": ["pos", "neg"]}
    recipe = {**small, "data": {**small["data"], "test": test}}
    recipe["matrix"] = {"seed": [1, 2], "training.lr": [0.01, 0.02]}
    told = Told()
    run = embedkit.run(recipe, out=tmp_path / "run", executor="serial", reporter=told)
    names = [f"{lr}--{seed}" for lr in ("lr-0.01", "lr-0.02") for seed in ("seed-1", "seed-2")]
    assert sorted(path.name for path in (run.path / "jobs").iterdir()) == names
    assert sorted(name for name, *_ in told.lines) == names
    assert [line[1:] for line in told.lines] == [(number, 4) for number in (1, 2, 3, 4)]
    assert {name for tier in run.ranking.tiers for name in tier} == {"lr-0.01", "lr-0.02"}
    assert run.ranking.trainings.done == 4
    run.verify()
    assert len(embedkit.load(run.path / "best").predict(["good film"])) == 1
