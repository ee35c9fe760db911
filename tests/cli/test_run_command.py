from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from embedkit.runs.run import Run

RECIPE = """\
name: tiny
seed: 1
data:
  train: {use: inline, texts: [good film, fine film, bad film, poor film], labels: [pos, pos, neg, neg]}
  test: {use: inline, texts: [good plot, bad plot, bad new], labels: [pos, pos, neg]}
tokenizer: whitespace
embedding: {use: random, dim: 8, distribution: normal, scale: 1}
encoder: {use: rnn, hidden_size: 4}
training: {epochs: 4, batch_size: 2, lr: 0.05}
"""


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "tiny.yaml"
    path.write_text(RECIPE)
    return path


def test_a_run_prints_its_results_and_tells_epochs_on_standard_error(embedkit_command, recipe, tmp_path):
    done = embedkit_command("run", recipe, "--out", tmp_path / "run")
    assert done.code == 0
    verdict = r"Accuracy on test is \d\.\d{3} \(95% interval 0\.\d{3}–\d\.\d{3}, 3 texts\)\."
    assert re.match(verdict, done.out)
    assert "of 3 texts of test are wrong" in done.out
    assert "bad [new]" in done.out
    assert f"Everything is in {tmp_path}/run/" in done.out
    assert "epoch 4/4  train: loss" in done.err
    assert "examples/s" in done.err
    assert "\x1b[" not in done.out + done.err


def test_quiet_prints_nothing(embedkit_command, recipe, tmp_path):
    done = embedkit_command("run", recipe, "--out", tmp_path / "run", "-q")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_by_default_a_run_is_named_after_recipe_and_time(embedkit_command, recipe, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert embedkit_command("run", recipe, "-q").code == 0
    (made,) = (tmp_path / "runs").iterdir()
    assert made.match("tiny-????????T??????Z")


def test_keys_are_overridden(embedkit_command, recipe, tmp_path):
    out = tmp_path / "run"
    done = embedkit_command(
        "run", recipe, "--out", out, "--set", "training.epochs=2", "--set", "embedding.dim=3"
    )
    assert done.code == 0
    assert "epoch 2/2" in done.err
    assert json.loads((out / "model.json").read_text())["table"] == [7, 3]


def test_a_finished_run_is_not_overwritten(embedkit_command, recipe, tmp_path):
    embedkit_command("run", recipe, "--out", tmp_path / "run", "-q")
    before = (tmp_path / "run" / "manifest.json").read_bytes()
    done = embedkit_command("run", recipe, "--out", tmp_path / "run")
    assert done.code == 2
    assert f"error: {tmp_path}/run: the directory exists already\n    Choose another --out" in done.err
    assert (tmp_path / "run" / "manifest.json").read_bytes() == before


def test_an_error_has_no_traceback_unless_asked_for(embedkit_command, recipe, tmp_path):
    done = embedkit_command("run", recipe, "--set", "encoder=rmn")
    assert done.code == 2
    assert "unknown encoder 'rmn' - did you mean 'rnn'?" in done.err
    assert "Traceback" not in done.err
    assert "Traceback" in embedkit_command("--traceback", "run", recipe, "--set", "encoder=rmn").err


def test_a_loss_that_is_not_finite_is_a_failed_run(embedkit_command, recipe, tmp_path):
    done = embedkit_command(
        "run",
        recipe,
        "--out",
        tmp_path / "run",
        "--set",
        "training.optimizer=sgd",
        "--set",
        "training.lr=1e38",
    )
    assert done.code == 1
    assert "is not finite" in done.err
    assert "in the batch of examples" in done.err
    assert not (tmp_path / "run").exists()


def test_two_processes_give_the_same_bytes_whatever_python_hashes_with(recipe, tmp_path):
    for seed in ("1", "2"):
        command = [sys.executable, "-P", "-m", "embedkit", "run", recipe, "--out", tmp_path / seed, "-q"]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
    for name in (
        "weights.safetensors",
        "predictions.csv",
        "metrics.json",
        "vocabulary.csv",
        "environment.json",
    ):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes(), name


def test_kill_leaves_nothing_that_looks_complete_and_nothing_in_the_way(
    embedkit_command, recipe, tmp_path, started
):
    out = tmp_path / "run"
    process = started(recipe, out, "--set", "training.checkpoint_every=0")
    process.kill()
    process.communicate()
    assert not out.exists()
    assert (tmp_path / "run.partial").is_dir()
    done = embedkit_command("predict", out, "good film")
    assert (done.code, done.err) == (
        2,
        f"error: {out}: no finished run in this directory\n    It was started and not finished.\n",
    )
    assert embedkit_command("run", recipe, "--out", out, "-q").code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "tiny.yaml"]


def test_two_runs_into_one_directory_the_second_is_refused(embedkit_command, recipe, tmp_path, started):
    process = started(recipe, tmp_path / "run")
    done = embedkit_command("run", recipe, "--out", tmp_path / "run")
    assert done.code == 2
    assert "another run is writing this directory" in done.err
    assert next(line for line in process.stderr if line.startswith("epoch")), "the first goes on"


TAKEN = """
import sys
from pathlib import Path
from embedkit.experiments import run as tasks
from embedkit.cli import main
whole = tasks._carry_out
def takes_the_name(*arguments):
    whole(*arguments)
    Path(sys.argv[sys.argv.index("--out") + 1]).symlink_to("/nowhere/x")
tasks._carry_out = takes_the_name
main()
"""


def test_a_run_that_found_its_name_taken_failed_and_says_where_it_is(embedkit_command, recipe, tmp_path):
    out = tmp_path / "run"
    command = [sys.executable, "-P", "-c", TAKEN, "run", recipe, "--out", out]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(
        f"error: {out}: the run is finished, and cannot be given this name: File exists\n"
        f"    All of it is in {out}.partial: --resume moves it once that can be done.\n"
    )
    again = embedkit_command("run", recipe, "--out", out, "--resume")
    assert (again.code, again.out) == (2, "")
    assert f"The finished run that should have this name is in {out}.partial" in again.err
    out.unlink()
    again = embedkit_command("run", recipe, "--out", out, "--resume")
    assert again.code == 0
    assert "nothing to train" in again.err
    assert f"Everything is in {out}/" in again.out


@pytest.mark.parametrize("out", [".", "..", "/", "tiny.yaml/run", "x" * 300])
def test_a_directory_that_cannot_be_is_one_error(embedkit_command, recipe, tmp_path, monkeypatch, out):
    monkeypatch.chdir(tmp_path)
    for more in ((), ("--resume",)):
        done = embedkit_command("run", recipe, "--out", out, *more)
        assert done.code == 2
        assert done.err.startswith(("error: ", "reading texts")), done.err
        assert "Choose another --out" in done.err
        assert "Traceback" not in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.yaml"]


def run_with(stdout, stderr, recipe, out, *more):
    command = [sys.executable, "-P", "-m", "embedkit", "run", recipe, "--out", out, *more]
    return subprocess.run(command, stdout=stdout, stderr=stderr, text=True)


@pytest.fixture(params=["a reader that went away", "a full disk"])
def lost(request):
    """Where nothing can be written: a descriptor."""
    if request.param == "a full disk":
        with open("/dev/full", "w") as file:  # noqa: PTH123
            yield file
        return
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


def test_results_that_cannot_be_printed_are_told_from_a_run_that_failed(lost, recipe, tmp_path):
    done = run_with(lost, subprocess.PIPE, recipe, tmp_path / "run")
    assert done.returncode == 3
    assert "error: the results cannot be printed: " in done.stderr
    assert done.stderr.endswith(f"    The run is finished, and all of it is in {tmp_path}/run.\n")
    Run(tmp_path / "run").verify()


def test_progress_that_cannot_be_printed_is_no_reason_to_stop(lost, recipe, tmp_path):
    done = run_with(subprocess.PIPE, lost, recipe, tmp_path / "run")
    assert done.returncode == 0
    assert f"Everything is in {tmp_path}/run/" in done.stdout
    Run(tmp_path / "run").verify()
    done = run_with(lost, lost, recipe, tmp_path / "other")
    assert done.returncode == 3
    Run(tmp_path / "other").verify()


def test_an_error_that_cannot_be_printed_keeps_its_exit_code(lost, recipe, tmp_path):
    for stdout in (subprocess.PIPE, lost):
        assert run_with(stdout, lost, recipe, tmp_path / "run", "--set", "encoder=rmn").returncode == 2
        assert run_with(stdout, lost, recipe, tmp_path / "run", "--nothing").returncode == 2


def test_whatever_fails_in_printing_leaves_the_run_as_it_is(embedkit_command, recipe, tmp_path, monkeypatch):
    def fails(run):
        raise LookupError("no such colour")

    monkeypatch.setattr("embedkit.report.terminal.run.print_results", fails)
    done = embedkit_command("--traceback", "run", recipe, "--out", tmp_path / "run")
    assert done.code == 3
    assert "error: the results cannot be printed: LookupError: no such colour\n" in done.err
    assert "Traceback" in done.err
    Run(tmp_path / "run").verify()
