"""`embedkit run` of a matrix: its runs go on after a failure, a kill and an interrupt, and are ranked."""

from __future__ import annotations

import json
import signal

import psutil
import pytest

from embedkit.runs.run import Run

RECIPE = """\
name: grid
data:
  train: {use: inline, texts: [good film, fine film, bad film, poor film], labels: [pos, pos, neg, neg]}
  test: {use: inline, texts: [good plot, bad plot], labels: [pos, neg]}
tokenizer: whitespace
embedding: {use: random, dim: 4}
encoder: bag
training: {epochs: 2, batch_size: 2}
evaluation: {baselines: []}
matrix:
"""


@pytest.fixture
def matrix(tmp_path):
    """Writes a recipe with these lines in its matrix."""

    def matrix(*lines):
        path = tmp_path / "grid.yaml"
        path.write_text(RECIPE + "".join(f"  {line}\n" for line in lines))
        return path

    return matrix


def logs(directory):
    """The logs of finished runs, by name."""
    jobs = [path for path in (directory / "jobs").glob("*") if path.suffix != ".partial"]
    return {path.name: (path / "log.jsonl").read_bytes() for path in sorted(jobs)}


def test_a_failing_combination_does_not_stop_the_others_and_is_named(embedkit_command, matrix, tmp_path):
    recipe = matrix("training.lr: [0.01, 1.0e+38]", "seed: [1, 2]")
    out = tmp_path / "run"
    done = embedkit_command("run", recipe, "--out", out, "--executor", "serial")
    assert done.code == 1
    assert "\nlr-1e38--seed-1 failed: training: the loss is not finite" in done.err
    assert "\nerror: lr-1e38 failed: training: the loss is not finite" in done.err
    assert [*logs(out)] == ["lr-0.01--seed-1", "lr-0.01--seed-2"]
    ranking = json.loads((out / "ranking.json").read_bytes())
    assert ranking["tiers"] == [["lr-0.01"]]
    Run(out).verify()
    again = embedkit_command("run", recipe, "--out", out, "--executor", "serial", "--resume")
    assert again.code == 1


def test_fail_fast_stops_and_resume_goes_on(embedkit_command, matrix, tmp_path):
    recipe, out = matrix("training.lr: [0.01, 1.0e+38, 0.1]"), tmp_path / "run"
    done = embedkit_command("run", recipe, "--out", out, "--executor", "serial", "--fail-fast")
    assert done.code == 1
    assert not out.exists()
    before = logs(tmp_path / "run.partial")
    assert len(before) == 1
    done = embedkit_command("run", recipe, "--out", out, "--executor", "serial", "--resume")
    assert {**logs(out), **before} == logs(out)
    assert len(logs(out)) == 2


def test_24_runs_killed_half_way_are_resumed_without_repeating_one(begun, matrix, tmp_path):
    recipe = matrix("embedding.dim: [2, 3, 4, 5]", "training.lr: [0.01, 0.02]", "seed: [1, 2, 3]")
    out = tmp_path / "run"
    process = begun("run", recipe, "--out", out, "--executor", "serial", line="12/24")
    process.kill()
    process.wait()
    before = logs(tmp_path / "run.partial")
    assert 12 <= len(before) < 24
    process = begun("run", recipe, "--out", out, "--executor", "serial", "--resume", line="24/24")
    process.stderr.read()
    assert process.wait() == 0
    after = logs(out)
    assert len(after) == 24
    assert {name: after[name] for name in before} == before


def test_an_interrupt_ends_all_processes_and_keeps_what_is_finished(begun, matrix, tmp_path):
    recipe = matrix("training.epochs: [1, 1000000]", "seed: [1, 2]")
    out = tmp_path / "run"
    process = begun("run", recipe, "--out", out, "--jobs", "2", line="1/4")
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate()
    assert process.returncode == 143
    assert "is kept; to go on: embedkit run" in err
    assert "--jobs 2" in err
    assert "Traceback" not in err
    assert children
    assert not psutil.wait_procs(children, timeout=30)[1]
    assert logs(tmp_path / "run.partial")
