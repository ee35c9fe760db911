"""The jobs of a recipe: every combination of its matrix, every fold and seed."""

from __future__ import annotations

import pytest

from embedkit.experiments.job import run_job
from embedkit.experiments.plan import JobSettings, plan_of
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe
from embedkit.runs.axes import Axes
from embedkit.runs.run import Run


@pytest.fixture(scope="module")
def planned(small_recipe):
    """The jobs of the small recipe with some keys changed."""
    registry = build_registry()
    return lambda **changed: plan_of(load_recipe({**small_recipe, **changed}, registry))


@pytest.fixture(scope="module")
def folds(small_recipe):
    return {"train": small_recipe["data"]["train"], "folds": {"count": 2}}


def test_jobs_of_folds_and_seeds(planned, folds):
    jobs = planned(data=folds, seeds=[2, 1])
    assert [job.id for job in jobs] == ["fold-0-seed-1", "fold-0-seed-2", "fold-1-seed-1", "fold-1-seed-2"]
    assert [job.axes for job in jobs] == [Axes(0, 1), Axes(0, 2), Axes(1, 1), Axes(1, 2)]
    assert {job.candidate for job in jobs} == {"small"}
    assert [job.id for job in planned(data=folds)] == ["fold-0", "fold-1"]
    (single,) = planned()
    assert (single.id, single.axes, single.recipe["name"]) == ("small", Axes(seed=0), "small")


def test_jobs_of_a_matrix(planned, folds):
    jobs = planned(matrix={"training.lr": [0.1, 0.2]}, data=folds, seeds=[1, 2])
    assert [job.id for job in jobs][:5] == [
        "lr-0.1--fold-0-seed-1",
        "lr-0.1--fold-0-seed-2",
        "lr-0.1--fold-1-seed-1",
        "lr-0.1--fold-1-seed-2",
        "lr-0.2--fold-0-seed-1",
    ]
    assert jobs[4].axes == Axes(0, 1, candidate="lr-0.2", matrix={"training.lr": 0.2})
    assert jobs[4].recipe["training"]["lr"] == 0.2
    assert "matrix" not in jobs[4].recipe


def test_seeds_of_a_matrix_repeat_a_candidate(planned):
    jobs = planned(
        matrix={"embedding": [{"use": "random", "dim": 3}, {"use": "random", "dim": 5}], "seed": [1, 2]}
    )
    assert [job.id for job in jobs] == [
        "random-dim-3--seed-1",
        "random-dim-3--seed-2",
        "random-dim-5--seed-1",
        "random-dim-5--seed-2",
    ]
    assert [job.candidate for job in jobs] == ["random-dim-3"] * 2 + ["random-dim-5"] * 2
    assert [job.axes.seed for job in jobs] == [1, 2, 1, 2]
    assert {job.candidate for job in planned(matrix={"seed": [1, 2]})} == {"small"}


def test_a_job_of_a_matrix_runs_and_its_manifest_tells_which_it_is(planned, tmp_path):
    job = planned(matrix={"training.lr": [0.1, 0.2]})[1]
    assert run_job(job, JobSettings(tmp_path)).faults == ()
    run = Run(tmp_path / "lr-0.2")
    run.verify()
    assert run.axes == Axes(seed=0, candidate="lr-0.2", matrix={"training.lr": 0.2})
