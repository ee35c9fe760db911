"""A job becomes a run directory, or an outcome with faults; jobs of one process share what they read."""

from __future__ import annotations

import json
import logging

import pytest
import torch

from embedkit.errors import DataError, RunError, TrainingError
from embedkit.experiments.executors import ExecutorOptions, executor_of
from embedkit.experiments.executors.serial import SerialExecutor
from embedkit.experiments.job import JobRunner, run_job
from embedkit.experiments.plan import JobSettings
from embedkit.runs.axes import Axes
from embedkit.runs.logs import WarningsShown
from embedkit.runs.run import Run

READER = """
    from embedkit.plugin_api import Example, hookimpl

    class Counted:
        def __init__(self, log: str):
            self.log = log

        def read(self):
            with open(self.log, "a", encoding="utf-8") as file:
                file.write("read\\n")
            for number, label in enumerate("abab"):
                yield Example(number + 1, f"word{number % 2} text", label)

    class Broken:
        def read(self):
            raise ZeroDivisionError("a bug")

    @hookimpl
    def register_readers(register):
        register("counted", Counted)
        register("broken", Broken)
"""


@pytest.fixture
def settings(tmp_path):
    return JobSettings(tmp_path / "jobs")


@pytest.fixture
def counted(install):
    install("counting-reader", READER, entries=("counting",))


def test_a_job_becomes_a_run_directory_with_its_axes_and_environment(job_of, settings):
    job = job_of("seed-3", seed=3)
    outcome = run_job(job, settings)
    assert (outcome.job, outcome.failed, outcome.warnings) == (job, False, ())
    assert outcome.seconds > 0
    assert outcome.peak_bytes > 10_000_000
    run = Run(settings.directory / "seed-3")
    run.verify()
    assert run.axes == Axes(seed=3)
    assert run.results["test"].n == 2
    assert run.read_json("environment.json")["processes"] == 1
    assert [path.name for path in settings.directory.iterdir()] == ["seed-3"]


def test_a_finished_job_is_verified_and_not_run_again(job_of, settings):
    run_job(job_of(), settings)
    log = settings.directory / "a" / "log.jsonl"
    before = log.read_bytes()
    assert run_job(job_of(), settings).seconds == 0.0
    assert log.read_bytes() == before
    (settings.directory / "a" / "metrics.json").write_text("{}")
    outcome = run_job(job_of(), settings)
    assert "SHA-256 differs" in str(outcome.faults[0])
    assert outcome.error is RunError


def test_a_finished_job_of_another_recipe_is_refused(job_of, settings):
    run_job(job_of(), settings)
    (fault,) = run_job(job_of(seed=5), settings).faults
    assert "the recipe has changed: seed was" in str(fault)


def test_an_error_is_the_outcome_and_leaves_nothing(job_of, settings, tmp_path):
    missing = {"use": "csv", "path": f"{tmp_path}/none.csv"}
    outcome = run_job(job_of(**{"data.train": missing}), settings)
    assert outcome.failed
    assert outcome.error is DataError
    assert "none.csv" in str(outcome.faults[0])
    outcome = run_job(job_of(**{"training.lr": 1e38, "training.epochs": 9}), settings)
    assert outcome.error is TrainingError
    assert "TrainingError" in outcome.traceback
    assert not [*settings.directory.iterdir()]


def test_the_bug_of_a_plugin_is_the_outcome(counted, job_of, settings):
    outcome = run_job(job_of(**{"data.train": "broken"}), settings)
    assert "a bug" in str(outcome.faults[0])


def test_jobs_of_one_process_read_their_texts_once(counted, settings, job_of, tmp_path):
    log, runner = tmp_path / "log", JobRunner(settings)
    reader = {"data.train": {"use": "counted", "log": str(log)}, "data.test": {"share": 0.5}}
    for seed in (1, 2):
        outcome = runner.run(job_of(f"seed-{seed}", seed, **reader))
        assert not outcome.failed, outcome.faults
        assert Run(settings.directory / f"seed-{seed}").results["train"].n == 2
    assert log.read_text() == "read\nread\n"  # what a plugin's reader yields is read twice, and compared


def test_a_job_has_the_threads_of_its_settings_and_leaves_those_of_the_process(job_of, tmp_path):
    before = torch.get_num_threads()
    settings = JobSettings(tmp_path / "jobs", threads=before + 1)
    run_job(job_of(), settings)
    environment = json.loads((settings.directory / "a" / "environment.json").read_bytes())
    assert environment["threads"] == before + 1
    assert torch.get_num_threads() == before


def test_an_interrupt_is_raised(settings, job_of, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("embedkit.experiments.job.carry_out", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run_job(job_of(), settings)
    assert not [*settings.directory.iterdir()]


def test_serial_runs_jobs_in_their_order(settings, job_of):
    jobs = [job_of(f"seed-{seed}", seed=seed) for seed in (2, 1)]
    with executor_of(ExecutorOptions("serial"), settings) as executor:
        for job in jobs:
            executor.submit(job)
        assert executor.at_once == 1
        assert [executor.next_done().job for _ in jobs] == jobs
        with pytest.raises(RunError, match="no job is waiting"):
            executor.next_done()


def test_serial_leaves_what_waits_when_it_is_left():
    with SerialExecutor(lambda job: pytest.fail("run")) as executor:
        executor.submit("a job")
    with pytest.raises(RunError):
        executor.next_done()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"name": "seriell"}, "unknown executor 'seriell' - did you mean 'serial'"),
        ({"jobs": 0}, "jobs: expected a number of jobs from 1 on, not 0"),
        ({"address": "auto"}, "address: the executor 'processes' has no address"),
    ],
)
def test_executor_options_are_checked(options, said):
    with pytest.raises(RunError, match=said):
        ExecutorOptions(**options)


@pytest.mark.parametrize(
    ("chosen", "options"),
    [
        ((None, None, None), None),
        ((None, 3, None), ExecutorOptions("processes", 3)),
        (("serial", None, None), ExecutorOptions("serial")),
    ],
)
def test_a_number_of_jobs_means_processes(chosen, options):
    assert ExecutorOptions.chosen(*chosen) == options


def test_warnings_are_part_of_the_outcome_and_not_shown_meanwhile(job_of, settings):
    shown, twice = [], {"use": "inline", "texts": ["a film", "a film"] * 4, "labels": ["x", "y"] * 4}
    handler = WarningsShown(shown.append)
    logging.getLogger("embedkit").addHandler(handler)
    try:
        outcome = run_job(job_of(**{"data.train": twice}), settings)
        assert any("different labels" in warning for warning in outcome.warnings), outcome
        assert not shown
        logging.getLogger("embedkit").warning("afterwards")
        assert shown == ["afterwards"]
    finally:
        logging.getLogger("embedkit").removeHandler(handler)
