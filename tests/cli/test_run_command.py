from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

RECIPE = """\
name: tiny
seed: 1
data:
  train: {use: inline, texts: [good film, fine film, bad film, poor film], labels: [pos, pos, neg, neg]}
  test: {use: inline, texts: [good plot, bad plot, bad new], labels: [pos, pos, neg]}
tokenizer: whitespace
embedding: {use: random, dim: 8}
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
    assert re.search(r"n +4 +3\n", done.out)
    assert re.search(r"95% interval +0\.\d{3}–\d\.\d{3}", done.out)
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


def spawn(recipe, out, epochs):
    """A run in a process of its own, under way."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "embedkit",
        "run",
        recipe,
        "--out",
        out,
        "--set",
        f"training.epochs={epochs}",
    ]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    for line in process.stderr:
        if line.startswith("epoch"):
            return process
    raise AssertionError("the run never began")


def test_kill_leaves_nothing_that_looks_complete_and_nothing_in_the_way(embedkit_command, recipe, tmp_path):
    out = tmp_path / "run"
    process = spawn(recipe, out, epochs=100_000)
    process.kill()
    process.wait()
    process.stderr.close()
    assert not out.exists()
    assert (tmp_path / "run.partial").is_dir()
    done = embedkit_command("predict", out, "good film")
    assert (done.code, done.err) == (
        2,
        f"error: {out}: no finished run in this directory\n    It was started and not finished.\n",
    )
    assert embedkit_command("run", recipe, "--out", out, "-q").code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "tiny.yaml"]


def test_an_interrupted_run_exits_130(recipe, tmp_path):
    process = spawn(recipe, tmp_path / "run", epochs=100_000)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    *_, kept, end = filter(None, err.splitlines())
    assert end == "interrupted"
    again = f"embedkit run {recipe} --out {tmp_path}/run --set training.epochs=100000 --resume"
    assert re.fullmatch(rf"epoch-\d{{5,}} is kept; to go on: {re.escape(again)}", kept)
    assert "Traceback" not in err
    assert not (tmp_path / "run").exists()


def test_two_runs_into_one_directory_the_second_is_refused(embedkit_command, recipe, tmp_path):
    process = spawn(recipe, tmp_path / "run", epochs=100_000)
    try:
        done = embedkit_command("run", recipe, "--out", tmp_path / "run")
        assert done.code == 2
        assert "another run is writing this directory" in done.err
        time.sleep(0.2)
        assert process.poll() is None
    finally:
        process.kill()
        process.communicate()
