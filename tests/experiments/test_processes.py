"""Jobs in processes: the same bytes as in this one; a process that dies takes no other job with it."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import psutil
import pytest

from embedkit.errors import RunError
from embedkit.experiments.executors import ExecutorOptions, executor_of, processes
from embedkit.experiments.executors.child import threads_allowed
from embedkit.experiments.executors.processes import ProcessesExecutor
from embedkit.experiments.plan import JobSettings, Outcome
from embedkit.files.resources import processors
from embedkit.runs.run import Run

DEADLY = """
    import os
    from pathlib import Path
    from embedkit.plugin_api import Example, hookimpl

    class Deadly:
        '''Ends its process each time but the last of `times`; a file for each time stands in `log`.'''

        def __init__(self, log: str, times: int):
            self.log, self.times = Path(log), times

        def read(self):
            print("printed by a plugin", flush=True)
            number = len([*self.log.iterdir()])
            if number < self.times:
                (self.log / str(number)).touch()
                os.write(2, b"it ends here\\n\\n")
                os._exit(7)
            for number, label in enumerate("abab"):
                yield Example(number + 1, f"word{number % 2} text", label)

    @hookimpl
    def register_readers(register):
        register("deadly", Deadly)
"""
SCRIPT = """\
import sys
from embedkit.experiments.executors import ExecutorOptions, executor_of
from embedkit.experiments.plan import Job, JobSettings
from embedkit.runs.axes import Axes
import json, pathlib

print("the script runs", flush=True)
out, recipe = sys.argv[1:]
with executor_of(ExecutorOptions("processes", 1), JobSettings(pathlib.Path(out))) as executor:
    executor.submit(Job("a", "a", Axes(seed=0), json.loads(recipe)))
    executor.next_done()
"""


@pytest.fixture
def settings(tmp_path):
    return JobSettings(tmp_path / "jobs")


def test_several_processes_make_the_bytes_of_one(job_of, tmp_path):
    jobs = [job_of(f"seed-{seed}", seed=seed) for seed in range(3)]
    serial = JobSettings(tmp_path / "serial", threads=1)
    parallel = JobSettings(tmp_path / "parallel", threads=1)
    with executor_of(ExecutorOptions("serial"), serial) as executor:
        outcomes = run_all(executor, jobs)
    with executor_of(ExecutorOptions("processes", 2), parallel) as executor:
        outcomes |= {f"{id} again": outcome for id, outcome in run_all(executor, jobs).items()}
        assert executor.at_once == min(2, processors())
        with pytest.raises(RunError, match="no job is waiting or running"):
            executor.next_done()
    assert not [outcome for outcome in outcomes.values() if outcome.failed]
    for job in jobs:
        one, other = serial.directory / job.id, parallel.directory / job.id
        names = {path.name for path in one.iterdir()} - {"log.jsonl", "history.csv", "manifest.json"}
        assert "weights.safetensors" in names
        for name in names:
            assert (one / name).read_bytes() == (other / name).read_bytes(), name
        Run(other).verify()


def run_all(executor, jobs):
    for job in jobs:
        executor.submit(job)
    outcomes = [executor.next_done() for _ in jobs]
    return {outcome.job.id: outcome for outcome in outcomes}


def test_a_process_that_dies_takes_its_own_job_down_alone_and_after_a_second_try(
    install, job_of, settings, tmp_path
):
    install("deadly-reader", DEADLY, entries=("deadly",))
    for name in ("once", "always"):
        (tmp_path / name).mkdir()
    jobs = [
        job_of("always", **deadly(tmp_path / "always", 9)),
        job_of("broken", **{"data.train": {"use": "csv", "path": f"{tmp_path}/none.csv"}}),
        job_of("once", **deadly(tmp_path / "once", 1)),
        job_of("seed-1", seed=1),
    ]
    with executor_of(ExecutorOptions("processes", 2), settings) as executor:
        outcomes = run_all(executor, jobs)
    failed = {id: str(outcome.faults[0]) for id, outcome in outcomes.items() if outcome.failed}
    assert sorted(failed) == ["always", "broken"]
    assert failed["always"] == "its process died twice: ended with exit code 7: it ends here"
    assert "none.csv" in failed["broken"]
    assert len([*(tmp_path / "always").iterdir()]) == 2
    assert Run(settings.directory / "once").results["train"].n == 2


def deadly(log, times):
    return {"data.train": {"use": "deadly", "log": str(log), "times": times}, "data.test": {"share": 0.5}}


def test_threads_are_shared_out_among_the_processes(job_of, settings, monkeypatch):
    monkeypatch.setattr(processes, "processors", lambda: 6)
    monkeypatch.setattr(processes, "Child", Told)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    for jobs, threads in ((2, 3), (None, 1), (9, 1), (1, 6)):
        with ProcessesExecutor(settings, jobs) as executor:
            executor.submit(job_of())
            (child,) = executor._running
            assert child.settings.threads == threads


@pytest.mark.parametrize(("told", "threads"), [("1", 1), ("8", 4), ("", 4), ("4,2", 4)])
def test_a_lower_number_of_threads_in_the_environment_counts(told, threads, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", told)
    assert threads_allowed(4) == threads


@pytest.mark.parametrize(("free", "at_once"), [(100, 4), (33, 2), (1, 1)])
def test_the_memory_of_jobs_decides_how_many_run(job_of, settings, monkeypatch, free, at_once):
    monkeypatch.setattr(processes, "processors", lambda: 4)
    monkeypatch.setattr(processes, "available_memory", lambda: free)
    monkeypatch.setattr(processes, "Child", Told)
    with ProcessesExecutor(settings) as executor:
        for number in range(6):
            executor.submit(job_of(f"job-{number}"))
        assert executor.at_once == 4
        assert len(executor._running) == 1
        executor.next_done()
        assert executor.at_once == at_once
        assert len(executor._running) == at_once


class Told:
    """Stands for a process; its jobs take 12 bytes."""

    memory = 0

    def __init__(self, settings):
        self.settings = settings

    def run(self, job):
        return Outcome(job, 1.0, peak_bytes=12)

    def interrupt(self):
        pass

    end = interrupt


def test_a_job_that_was_finished_before_says_nothing_of_memory(job_of, settings, monkeypatch):
    monkeypatch.setattr(processes, "processors", lambda: 2)
    monkeypatch.setattr(Told, "run", lambda self, job: Outcome(job, 0.0, peak_bytes=12))
    monkeypatch.setattr(processes, "Child", Told)
    with ProcessesExecutor(settings) as executor:
        for number in range(3):
            executor.submit(job_of(f"job-{number}"))
        executor.next_done()
        assert len(executor._running) == 1


def endless(job_of):
    return job_of(**{"training.epochs": 1_000_000, "training.checkpoint_every": 0})


def test_processes_end_with_the_one_that_started_them_and_do_not_run_its_script(job_of, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    out = tmp_path / "jobs"
    command = [sys.executable, script, out, json.dumps(endless(job_of).recipe)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        children = until(lambda: psutil.Process(parent.pid).children() if begun(out) else None)
        parent.kill()
        assert parent.stdout.read() == b"the script runs\n"
    assert len(children) == 1
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not alive


def begun(out):
    return (out / "a.partial" / "recipe.yaml").exists()


def until(condition):
    """Return what is true at last."""
    while not (found := condition()):
        time.sleep(0.01)
    return found


def test_what_waits_for_a_process_that_cannot_start_has_failed(job_of, settings, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with ProcessesExecutor(settings, 1) as executor:
        executor.submit(job_of())
        outcome = executor.next_done()
    assert str(outcome.faults[0]).startswith("its process died twice: ended with exit code 1")


def test_an_answer_that_is_no_outcome_ends_the_process(job_of, settings, monkeypatch, tmp_path):
    script = tmp_path / "answers"
    script.write_text(f"#!{sys.executable}\nprint('no pickle', flush=True)\nopen(0).read()\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    with ProcessesExecutor(settings, 1) as executor:
        executor.submit(job_of())
        (fault,) = executor.next_done().faults
    assert str(fault) == "its process died twice: it answered with no outcome"
