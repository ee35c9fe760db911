"""Signals that end a program end a run as Ctrl-C does: what was trained is kept, and how to go on is said."""

from __future__ import annotations

import os
import re
import shlex
import signal
import threading

import pytest

import embedkit
from embedkit.distributed.signals import Terminated, exit_code, interrupted_by_signals
from embedkit.experiments.ablation import plan
from embedkit.plugin.registry import build_registry
from embedkit.runs.reporter import Reporter
from embedkit.runs.sealing import seal
from embedkit.training.checkpoints import damage

ENDS = {"SIGINT": (130, "interrupted"), "SIGTERM": (143, "terminated by SIGTERM")}
ENDS["SIGHUP"] = (129, "terminated by SIGHUP")
HIDING = {
    "name": "hidden",
    "seed": 1,
    "data": {"train": {"use": "inline", "texts": ["nice work", "great stop"] * 2, "labels": ["a", "b"] * 2}},
    "tokenizer": "whitespace",
    "embedding": {"use": "word2vec-binary", "path": "package:gensim/test/test_data/euclidean_vectors.bin"},
    "encoder": "bag",
    "training": {"checkpoint_every": 1},
    "evaluation": {"baselines": []},
}
RECIPE = """\
name: tiny
seed: 1
data:
  train: {use: inline, texts: [good film, fine film, bad film, poor film], labels: [pos, pos, neg, neg]}
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


@pytest.mark.parametrize("name", ENDS)
def test_a_run_keeps_its_last_epoch_and_says_how_to_go_on(recipe, tmp_path, started, name):
    process = started(recipe, tmp_path / "run")
    process.send_signal(getattr(signal, name))
    _, err = process.communicate()
    code, end = ENDS[name]
    assert process.returncode == code
    *_, kept, last = filter(None, err.splitlines())
    assert last == end
    again = shlex.join(["embedkit", "run", str(recipe), "--out", f"{tmp_path}/run"])
    again = re.escape(f"{again} --set training.epochs=100000 --resume")
    number = re.fullmatch(rf"epoch-(\d{{5,}}) is kept; to go on: {again}", kept)[1]
    assert "Traceback" not in err
    assert not (tmp_path / "run").exists()
    assert damage(tmp_path / "run.partial" / "checkpoints" / f"epoch-{number}") is None


def test_a_run_of_folds_keeps_those_that_are_finished(embedkit_command, recipe, tmp_path, started):
    recipe.write_text(RECIPE.replace("tokenizer", "  folds: {count: 2}\nseeds: [1, 2, 3]\ntokenizer", 1))
    process = started(recipe, tmp_path / "run", epochs=30)
    name = next(re.match(r"run 2 of 6: (.*)", line) for line in process.stderr if line.startswith("run 2"))[1]
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate()
    assert process.returncode == 143
    assert re.search(r"(fold-0-seed-1|epoch-\d+) is kept; to go on: embedkit run ", err)
    folds = tmp_path / "run.partial" / "folds"
    before = (folds / "fold-0-seed-1" / "log.jsonl").read_bytes()
    assert not (folds / name).exists()
    done = embedkit_command(
        "run", recipe, "--out", tmp_path / "run", "--set", "training.epochs=30", "--resume"
    )
    assert done.code == 0
    assert (tmp_path / "run" / "folds" / "fold-0-seed-1" / "log.jsonl").read_bytes() == before


@pytest.mark.parametrize("name", ENDS)
def test_a_curve_of_hidden_vectors_says_how_to_go_on(embedkit_command, tmp_path, begun, name):
    run = embedkit.run(HIDING, out=tmp_path / "a run", set={"training.epochs": 1})
    (run.path / "manifest.json").unlink()
    endless = run.path / "recipe.yaml"
    endless.write_text(endless.read_text().replace("epochs: 1\n", "epochs: 100000\n"))
    seal(run.path)
    out = tmp_path / "curve"
    command = ["explain", f"{run.path}", "--hide", "0.25,0.5", "--seeds", "2", "--out", f"{out}", "--json"]
    process = begun("-pno:glove", *command)
    process.send_signal(getattr(signal, name))
    _, err = process.communicate()
    code, end = ENDS[name]
    assert process.returncode == code
    *_, kept, last = filter(None, err.splitlines())
    assert last == end
    again = re.escape(shlex.join(["embedkit", "-pno:glove", *command]))
    number = re.fullmatch(rf"epoch-(\d{{5,}}) is kept; to go on: {again}", kept)[1]
    first = out / "hide-0.partial" / "folds" / "seed-1.partial"
    assert damage(first / "checkpoints" / f"epoch-{number}") is None


class Impatient(Reporter):
    """Interrupts when the run of this number is about to begin."""

    def __init__(self, stop):
        self.left = stop

    def run(self, name, number, of):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


def test_of_a_curve_the_newest_of_what_is_kept_is_named(tmp_path):
    run = embedkit.run(HIDING, out=tmp_path / "run", set={"training.epochs": 1})
    out = tmp_path / "curve"
    experiment, kept = plan(run, [0.5], 2, build_registry()), []
    for stop in (2, 3, 4, 4):  # the reporter is told of a share, and of each run of it that is made
        with pytest.raises(KeyboardInterrupt):
            experiment.carry_out(out, Impatient(stop))
        kept.append([path.name for path in experiment.progress(out)])
    assert kept == [[], ["seed-1"], ["hide-0"], ["hide-0", "seed-1"]]


def test_a_signal_that_is_ignored_stays_so(recipe, tmp_path, started):
    process = started(recipe, tmp_path / "run", "ignore=SIGHUP")
    process.send_signal(signal.SIGHUP)
    assert next(line for line in process.stderr if line.startswith("epoch"))
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert process.returncode == 143


@pytest.mark.parametrize("name", ENDS)
def test_where_the_terminal_is_gone_what_was_trained_is_kept_all_the_same(recipe, tmp_path, started, name):
    process = started(recipe, tmp_path / "run")
    process.stderr.close()
    process.send_signal(getattr(signal, name))
    assert process.wait() == ENDS[name][0]
    (newest, *_) = sorted((tmp_path / "run.partial" / "checkpoints").iterdir(), reverse=True)
    assert damage(newest) is None


@pytest.fixture(params=["SIGTERM", "SIGHUP"])
def number(request):
    """A signal that ends a program; this process does with it what is done by default."""
    number = getattr(signal, request.param)
    before = signal.signal(number, signal.SIG_DFL)
    yield number
    signal.signal(number, before)


def test_a_signal_is_raised_as_an_interrupt_while_the_block_runs(number):
    with pytest.raises(Terminated) as caught, interrupted_by_signals():
        os.kill(os.getpid(), number)
    assert exit_code(caught.value) == 128 + number
    assert str(caught.value) == signal.Signals(number).name
    assert signal.getsignal(number) is signal.SIG_DFL


def test_while_one_interrupt_is_dealt_with_no_other_one_is_raised(number):
    flushed = []
    for first in (
        lambda: os.kill(os.getpid(), number),
        interrupt,
    ):
        with interrupted_by_signals():
            try:
                first()
            except KeyboardInterrupt:
                try:
                    raise FileNotFoundError
                except OSError:
                    os.kill(os.getpid(), number)
                flushed.append(first)
            with pytest.raises(Terminated):  # the first one was swallowed: the next one is heard
                os.kill(os.getpid(), number)
    assert len(flushed) == 2


def interrupt():
    raise KeyboardInterrupt


@pytest.mark.parametrize("handler", [signal.SIG_IGN, lambda *_: None])
def test_what_is_ignored_or_handled_by_the_program_is_left_to_it(number, handler):
    signal.signal(number, handler)
    with interrupted_by_signals():
        assert signal.getsignal(number) is handler
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) is handler


def test_blocks_stand_in_one_another(number):
    with interrupted_by_signals():
        with interrupted_by_signals():
            pass
        with pytest.raises(Terminated):
            os.kill(os.getpid(), number)


def test_a_thread_that_gets_no_signals_changes_nothing(number):
    seen = []

    def look():
        with interrupted_by_signals():
            seen.append(signal.getsignal(number))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [signal.SIG_DFL]
