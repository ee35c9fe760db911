"""Jobs on real clusters of Ray on this machine: of two nodes, of one that is lost, and of this process."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import pytest

from embedkit.errors import RunError
from embedkit.experiments.executors import ExecutorOptions, executor_of
from embedkit.experiments.executors.ray import RayExecutor
from embedkit.experiments.plan import Job, JobSettings
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe
from embedkit.runs.axes import Axes
from embedkit.runs.run import Run

pytest.importorskip("ray", reason='Ray is not installed: pip install "embedkit-text[ray]"')

PATIENCE = 240
"""Seconds after which something that was to happen has not."""

DIFFERENT = ("environment.json", "log.jsonl", "history.csv", "manifest.json")
"""Files that tell the time, or name another one's digest."""

WORDS = {"use": "random", "dim": 8}
RECIPE = {
    "name": "sentences",
    "data": {
        "train": {
            "use": "labelled-lines",
            "path": "package:gensim/test/test_data/pang_lee_polarity.cor",
            "encoding": "cp1252",
        },
        "test": {"share": 0.25},
    },
    "tokenizer": "whitespace",
    "embedding": WORDS,
    "encoder": {"use": "rnn", "hidden_size": 16},
    "training": {"epochs": 15, "batch_size": 4, "checkpoint_every": 1},
    "evaluation": {"baselines": ["nbsvm"]},
}
"""Takes a second or two."""


def job_of(seed, **changed):
    recipe = load_recipe({**RECIPE, "seed": seed}, build_registry(), changed).to_plain()
    return Job(f"seed-{seed}", "sentences", Axes.of(recipe), recipe)


def settings_of(directory):
    return JobSettings(directory / "jobs", threads=1)


def outcomes(options, settings, jobs):
    with executor_of(options, settings) as executor:
        for job in jobs:
            executor.submit(job)
        return [executor.next_done() for _ in jobs]


def until(happened):
    """Wait until a condition holds, and return what it gave."""
    end = time.monotonic() + PATIENCE
    while not (found := happened()):
        assert time.monotonic() < end, "this never happened"
        time.sleep(0.02)
    return found


class Node:
    """A node that `ray start` started, with all of its processes. Its death is noticed in seconds."""

    def __init__(self, directory, *arguments):
        self._log = directory / f"node-{time.monotonic_ns()}"
        command = [
            *(sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--disable-usage-stats"),
            *("--num-cpus=1", "--object-store-memory=80000000", *arguments),
        ]
        environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("OMP_")},
            "RAY_health_check_period_ms": "500",
            "RAY_health_check_failure_threshold": "4",
            "RAY_health_check_initial_delay_ms": "0",
        }
        with self._log.open("wb") as log:
            self._process = psutil.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment
            )
        until(lambda: "Ray runtime started" in self._log.read_text() or self._process.poll() is not None)
        assert self._process.poll() is None, self._log.read_text()

    @property
    def tasks(self):
        """The processes that run a task just now."""
        with contextlib.suppress(psutil.Error):
            return [
                one
                for one in self._process.children(recursive=True)
                if re.match("ray::(?![A-Z])", _title(one))
            ]
        return []

    def kill(self):
        """End all at once, as if the machine had lost its power."""
        with contextlib.suppress(psutil.Error):
            processes = [self._process, *self._process.children(recursive=True)]
            for process in processes:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            psutil.wait_procs(processes)
        self._process.wait()


def _title(process):
    with contextlib.suppress(psutil.Error):
        return "".join(process.cmdline()[:1])
    return ""


@pytest.fixture
def place(monkeypatch):
    """A home directory with a short name, as those of sockets must be."""
    directory = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))
    for name in ("RAY_ADDRESS", "RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(directory))
    monkeypatch.setenv("RAY_TMPDIR", str(directory))
    monkeypatch.setenv("RAY_worker_niceness", "0")  # others may be busy
    monkeypatch.setenv("RAY_gcs_rpc_server_reconnect_timeout_s", "5")  # in place of a minute
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def port():
    return free_port()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def nodes(place, port):
    """Starts a node; the first one is the head of the cluster."""
    started = []

    def start():
        more = (
            [f"--address=127.0.0.1:{port}"]
            if started
            else [
                "--head",
                f"--port={port}",
                "--include-dashboard=false",
                f"--ray-client-server-port={free_port()}",
            ]
        )
        started.append(Node(place, *more))
        return started[-1]

    yield start
    for node in reversed(started):
        node.kill()


def test_a_cluster_that_loses_a_process_and_a_node_gives_the_same_bytes_as_serial(
    place, nodes, port, tmp_path, monkeypatch
):
    (place / ".ray").mkdir()
    (place / ".ray" / "auth_token").write_text(secrets.token_hex(32))  # a head asks for it then
    monkeypatch.setenv("RAY_AUTH_MODE", "token")  # and another node looks for it
    nodes()
    second = nodes()
    monkeypatch.delenv("RAY_AUTH_MODE")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    matrix = {"training.lr": [0.001, 0.002, 0.004, 0.008], "encoder.hidden_size": [12, 16]}
    (tmp_path / "matrix.yaml").write_text(json.dumps({**RECIPE, "matrix": matrix}))
    with embedkit_run(tmp_path, "ray", f"--address=127.0.0.1:{port}") as run:
        until(lambda: second.tasks)[0].kill()
        until(lambda: len(finished(tmp_path / "ray.partial")) >= 2)
        until(lambda: second.tasks)
        second.kill()
    assert run.returncode == 0, (tmp_path / "ray.err").read_text()
    assert "ray" not in (tmp_path / "ray.err").read_text().replace(str(tmp_path / "ray"), "").casefold()
    with embedkit_run(tmp_path, "serial") as run:
        pass
    assert run.returncode == 0
    assert len(finished(tmp_path / "ray")) == 8
    assert same_files(tmp_path / "ray" / "jobs", tmp_path / "serial" / "jobs") > 8 * 10


@contextlib.contextmanager
def embedkit_run(directory, executor, *more):
    """Run the matrix in a process that has ended after the block; it prints into files."""
    command = ["run", "matrix.yaml", "--out", executor, "--executor", executor, *more]
    with (directory / f"{executor}.err").open("wb") as err, (directory / f"{executor}.out").open("wb") as out:
        run = subprocess.Popen(
            [sys.executable, "-m", "embedkit", *command], cwd=directory, stdout=out, stderr=err
        )
        try:
            yield run
            run.wait(PATIENCE)
        finally:
            run.kill()
            run.wait()


def finished(directory):
    return [*directory.glob("jobs/*/manifest.json")]


def same_files(one, other):
    """Compare all files of the jobs but those that tell the time; return how many are the same."""
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    compared = [path for path in files if path.name not in DIFFERENT]
    assert [path for path in compared if (one / path).read_bytes() != (other / path).read_bytes()] == []
    for path in one.iterdir():
        Run(path).verify()
    return len(compared)


def test_a_node_without_the_data_and_then_a_lost_cluster_are_told(nodes, port, tmp_path, monkeypatch):
    head = nodes()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.csv").write_text("text,label\n" + "good,a\nbad,b\n" * 8)
    monkeypatch.setenv("CORPUS", str(tmp_path / "data"))  # which the node does not have
    options = ExecutorOptions("ray", address=f"127.0.0.1:{port}")
    missing = job_of(1, **{"data.train": {"use": "csv", "path": "${CORPUS}/train.csv"}})
    with pytest.raises(
        RunError, match=r"node .*: it does not see what the recipe reads: \${CORPUS}/train.csv"
    ):
        outcomes(options, settings_of(tmp_path), [missing])
    broken = job_of(2, **{"training.lr": 1e38, "training.optimizer": "sgd"})
    (outcome,) = outcomes(options, settings_of(tmp_path), [broken])
    assert "loss" in str(outcome.faults[0])
    with executor_of(options, settings_of(tmp_path)) as executor:
        executor.submit(job_of(3, **{"training.epochs": 10_000}))
        until(lambda: head.tasks)
        head.kill()
        with pytest.raises(RunError, match=r"the connection to the Ray cluster is lost(.|\n)*--resume"):
            executor.next_done()


def test_ray_on_this_machine_stops_its_jobs_and_leaves_nothing(place, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(place)
    (place / "csv.py").write_text("raise RuntimeError('this is not what anybody meant')")
    settings = JobSettings(Path("run/jobs"))
    with executor_of(ExecutorOptions("ray", jobs=1), settings) as executor:
        assert executor.at_once == 1
        executor.submit(job_of(1))
        executor.submit(job_of(2, **{"training.epochs": 10_000}))
        assert executor.next_done().faults == ()
        started = {process.pid for process in psutil.Process().children(recursive=True)}
        until(lambda: [*Path("run/jobs").glob("seed-2.partial/checkpoints/epoch-*")])
    assert started
    assert not {process.pid for process in psutil.Process().children(recursive=True)} & started
    assert capfd.readouterr() == ("", "")
    assert [path.name for path in Path("run").iterdir()] == ["jobs"]
    assert sorted(path.name for path in Path("run/jobs").iterdir()) == ["seed-1", "seed-2.partial"]


def test_no_cluster_at_an_address_is_told_at_once(port, tmp_path):
    for address in (f"127.0.0.1:{port}", f"ray://127.0.0.1:{port}"):
        with pytest.raises(RunError, match="address: no Ray cluster answers at"):
            outcomes(ExecutorOptions("ray", address=address), settings_of(tmp_path), [])
    assert [*tmp_path.iterdir()] == []


def test_what_answers_and_is_no_cluster_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_hang_up, args=(server,), daemon=True).start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(RunError, match=f"the Ray cluster at {address} cannot be used"):
            RayExecutor(settings_of(tmp_path), address, patience=4.0).__enter__()
    assert [*tmp_path.iterdir()] == []


def _hang_up(server):
    with contextlib.suppress(OSError):
        while True:
            server.accept()[0].close()
