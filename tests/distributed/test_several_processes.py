"""Two processes, started as `torchrun` starts them, do what one does with batches twice as large."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import embedkit
from embedkit.runs.directory import checkpoints_of
from embedkit.runs.run import Run
from embedkit.training.checkpoints import damage

pytestmark = pytest.mark.any_system

TEXTS = [" ".join(f"word{(i * 7 + j * j) % 23}" for j in range(i % 6 + 1)) for i in range(31)]
LABELS = [("neg", "pos")[i % 3 > 0] for i in range(31)]
TEST = {
    "use": "inline",
    "texts": ["word3", "", "word5 zzz", "word6", "word22"],
    "labels": ["pos", "neg"] * 2 + ["pos"],
}
RECIPE = {
    "name": "two",
    "seed": 5,
    "data": {
        "train": {"use": "inline", "texts": TEXTS, "labels": LABELS},
        "validation": {"share": 0.2},
        "test": TEST,
    },
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 8},
    "encoder": {"use": "gru", "hidden_size": 5},
    "training": {"epochs": 4, "batch_size": 2, "lr": 0.02, "clip_norm": 0.5, "weight_decay": 0.01},
}
DROPOUT = {"encoder": {"use": "gru", "hidden_size": 5, "num_layers": 2, "dropout": 0.5}}
CASES = {
    "dense": {},
    "sparse": {"embedding.sparse": True, "training.accumulate": 2, "training.optimizer": "adamw"},
    "stopping": {"training.early_stopping": {"metric": "loss", "patience": 1}, "training.lr": 0.5},
    "folds": {"data.folds": {"count": 2}, "data.test": None, "training.epochs": 1},
    "dropout": {**DROPOUT, "training.checkpoint_every": 1},
}
FIGURES = ["loss", "batch_loss", "accuracy"]

RUN_EACH = """
import json, sys, embedkit
recipe, cases, out = json.load(open(sys.argv[1]))
for name, changes in cases.items():
    embedkit.run(recipe, out=f"{out}/{name}", set=changes)
"""
INTERRUPT = """
import json, sys, embedkit
from embedkit.runs.reporter import Reporter
class Interrupts(Reporter):
    def epoch(self, rows, of):
        if rows[0].epoch == 2:
            raise KeyboardInterrupt
recipe, cases, out = json.load(open(sys.argv[1]))
embedkit.run(recipe, out=f"{out}/dropout", set=cases["dropout"], reporter=Interrupts())
"""
SIGNALLED = """
import os, signal, sys, threading
from embedkit.cli import main
from embedkit.report.terminal import progress
said = progress.LineReporter.epoch
def epoch(self, rows, of):
    said(self, rows, of)
    if rows[0].epoch == 2:
        os.kill(os.getppid(), getattr(signal, sys.argv[1]))
        threading.Event().wait()
progress.LineReporter.epoch = epoch
main(sys.argv[2:])
"""
TORCHRUN = """
import runpy, signal
signal.signal(signal.SIGTERM, signal.SIG_DFL)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
runpy.run_module("torch.distributed.run", run_name="__main__")
"""
"""Signals do there what they do by default, whatever this process was started to ignore."""

ONE_FAILS = """
import sys, embedkit.tasks.train
from embedkit.cli import main
from embedkit.errors import DataError
from embedkit.distributed.process_group import join
def fails(*arguments):
    raise DataError("this machine lacks the file")
if join().index == 1:
    embedkit.tasks.train.prepare = fails
main(["run", sys.argv[1], "--out", sys.argv[2]])
"""


def start(*arguments):
    """Two processes of one program; what they said and how they ended."""
    command = [sys.executable, "-P", "-c", TORCHRUN, "--standalone", "--nproc_per_node", "2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [*command, *map(str, arguments)], env=environment, capture_output=True, text=True, timeout=300
    )


def script(tmp_path, code):
    path = tmp_path / "script.py"
    path.write_text(code)
    return path


def told(directory, out):
    """The file from which the scripts read what to run."""
    path = directory / "told.json"
    path.write_text(json.dumps([RECIPE, CASES, str(out)]))
    return path


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Every case by two processes."""
    directory = tmp_path_factory.mktemp("two")
    done = start(script(directory, RUN_EACH), told(directory, directory))
    assert done.returncode == 0, done.stderr
    return directory


def by_one(tmp_path, case):
    changes = {**CASES[case], "training.batch_size": 4}
    return embedkit.run(RECIPE, out=tmp_path / "one", set=changes)


@pytest.mark.parametrize("case", ["dense", "sparse", "stopping"])
def test_two_do_what_one_does_with_batches_twice_as_large(two, tmp_path, case):
    run, expected = Run(two / case), by_one(tmp_path, case)
    assert len(run.history) == len(expected.history)
    np.testing.assert_allclose(run.history[FIGURES], expected.history[FIGURES], rtol=0, atol=2e-5)
    weights = load_file(expected.path / "weights.safetensors")
    for name, weight in load_file(run.path / "weights.safetensors").items():
        torch.testing.assert_close(weight, weights[name], rtol=0, atol=5e-5)
    for split, figures in expected.metrics.items():
        assert run.metrics[split].keys() == figures.keys()
        for name in ("n", "loss", "accuracy"):
            assert run.metrics[split][name] == pytest.approx(figures[name], abs=1e-4)


def test_every_example_is_evaluated_once_and_one_process_writes(two, tmp_path):
    run, expected = Run(two / "dense"), by_one(tmp_path, "dense")
    same = ["split", "id", "label", "predicted", "text", "tokens"]
    assert run.predictions[same].equals(expected.predictions[same])
    assert not run.predictions[["split", "id"]].duplicated().any()
    assert run.metrics["train"]["n"] == 25
    assert [*run.read_json("manifest.json")] == [*expected.read_json("manifest.json")]
    assert sorted(p.name for p in run.path.iterdir()) == sorted(p.name for p in expected.path.iterdir())
    run.verify()
    assert (
        run.read_json("environment.json")["processes"],
        expected.read_json("environment.json")["processes"],
    ) == (2, 1)
    events = [json.loads(line)["event"] for line in (run.path / "log.jsonl").read_text().splitlines()]
    assert (events.count("started"), events.count("finished")) == (1, 1)
    assert sorted(p.name for p in two.iterdir() if p.is_dir()) == sorted(CASES)


def test_folds_are_shared_fold_by_fold(two, tmp_path):
    run, expected = Run(two / "folds"), by_one(tmp_path, "folds")
    assert len(run.predictions) == len(TEXTS)
    assert run.metrics["test"]["accuracy"]["mean"] == pytest.approx(
        expected.metrics["test"]["accuracy"]["mean"], abs=1e-4
    )
    run.verify()


def test_dropout_is_drawn_apart_and_an_interrupted_run_goes_on_to_the_same_bytes(two, tmp_path):
    code, arguments = script(tmp_path, INTERRUPT), told(tmp_path, tmp_path)
    stopped = start(code, arguments)
    assert stopped.returncode != 0
    partial = tmp_path / "dropout.partial"
    newest = checkpoints_of(partial)[-1]
    assert newest.name == "epoch-00002"
    states = load_file(newest / "tensors.safetensors")["random.torch"].chunk(2)
    assert not torch.equal(*states)
    with pytest.raises(embedkit.errors.RunError, match="started with 2 processes, and cannot go on with 1\n"):
        embedkit.run(RECIPE, out=tmp_path / "dropout", set=CASES["dropout"], resume=True)
    done = start(
        script(
            tmp_path,
            INTERRUPT.replace("raise KeyboardInterrupt", "pass").replace(
                "reporter=Interrupts()", "resume=True"
            ),
        ),
        arguments,
    )
    assert done.returncode == 0, done.stderr
    for name in ("weights.safetensors", "predictions.csv", "metrics.json"):
        assert (tmp_path / "dropout" / name).read_bytes() == (two / "dropout" / name).read_bytes()


def ended_by(name, tmp_path):
    """A run whose `torchrun` gets a signal after the second epoch; the command that it was started with."""
    recipe, out = tmp_path / "recipe.yaml", tmp_path / "out"
    recipe.write_text(json.dumps({**RECIPE, **DROPOUT}))
    command = ["run", recipe, "--out", out]
    stopped = start(script(tmp_path, SIGNALLED), name, *command)
    assert stopped.returncode != 0
    again = shlex.join(["embedkit", *map(str, command), "--resume"])
    said = [line for line in stopped.stderr.splitlines() if "to go on" in line]
    assert said == [f"epoch-00002 is kept; to go on: {again}"], stopped.stderr
    assert not out.exists()
    newest = checkpoints_of(tmp_path / "out.partial")[-1]
    assert (newest.name, damage(newest)) == ("epoch-00002", None)
    return command


def test_sighup_to_torchrun_keeps_the_last_epoch(tmp_path):
    ended_by("SIGHUP", tmp_path)


def test_sigterm_to_torchrun_ends_a_run_that_goes_on_to_the_same_bytes(two, tmp_path):
    command = ended_by("SIGTERM", tmp_path)
    done = start("-m", "embedkit", *command, "--resume")
    assert done.returncode == 0, done.stderr
    for file in ("weights.safetensors", "predictions.csv", "metrics.json"):
        assert (tmp_path / "out" / file).read_bytes() == (two / "dropout" / file).read_bytes()


def test_what_fails_in_both_is_said_once_and_finishes_no_run(tmp_path):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(json.dumps({**RECIPE, "training": {"epochs": 40, "optimizer": "sgd", "lr": 1e38}}))
    done = start("-m", "embedkit", "run", recipe, "--out", tmp_path / "out")
    assert done.returncode != 0
    assert done.stderr.count("error: training: ") == 1
    assert done.stderr.count("epoch 1/40") <= 1
    kept = {path.name for path in tmp_path.iterdir()} - {"recipe.yaml"}
    assert kept <= {"out.partial"}, "the epochs before it, to go on from"


def test_what_fails_in_one_process_ends_the_other(tmp_path):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(json.dumps(RECIPE))
    done = start(script(tmp_path, ONE_FAILS), recipe, tmp_path / "out")
    assert done.returncode != 0
    assert done.stderr.count("error: ") == 1, done.stderr
    assert "error: this machine lacks the file" in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["recipe.yaml", "script.py"]
