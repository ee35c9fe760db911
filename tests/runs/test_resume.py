"""A run that is stopped, however it is stopped, goes on to the same bytes as one that never was."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest
import torch

import embedkit
from embedkit.errors import RunError, TrainingError, UnmovedRunError
from embedkit.files.atomic import free_name
from embedkit.runs.directory import checkpoints_of, partial_of
from embedkit.runs.reporter import Reporter
from embedkit.training import checkpoints as checkpoints_module
from embedkit.training.checkpoints import Checkpoint, Checkpoints, damage

SAME = ("weights.safetensors", "predictions.csv", "metrics.json", "vocabulary.csv", "recipe.yaml")
FIGURES = ["epoch", "split", "loss", "batch_loss", "accuracy"]


class Interrupts(Reporter):
    """Stops a run from within after some epochs, and remembers what it was told."""

    def __init__(self, after):
        self.after = after
        self.told = []

    def stage(self, what):
        self.told.append(what)

    warn = stage

    def epoch(self, rows, of):
        self.after -= 1

    def advance(self, done, total):
        if self.after == 0:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def long_recipe(recipe):
    """Every kind of state: random numbers of dropout, momenta, a schedule, a frozen table, the best epoch."""
    training = {
        "epochs": 7,
        "batch_size": 4,
        "lr": 0.02,
        "optimizer": "adamw",
        "weight_decay": 0.01,
        "schedule": "cosine",
        "warmup": 0.1,
        "clip_norm": 1.0,
        "table_from_epoch": 2,
        "early_stopping": {"metric": "accuracy", "patience": 7},
        "checkpoint_every": 1,
        "class_weights": "balanced",
        "label_smoothing": 0.1,
        "word_dropout": 0.2,
        "embedding_dropout": 0.2,
    }
    encoder = {"use": "lstm", "hidden_size": 5, "num_layers": 2, "dropout": 0.2}
    embedding = {"use": "random", "dim": 8}
    return {**recipe, "training": training, "encoder": encoder, "embedding": embedding}


@pytest.fixture(scope="module")
def undisturbed(long_recipe, tmp_path_factory):
    return embedkit.run(long_recipe, out=tmp_path_factory.mktemp("runs") / "whole")


def interrupted(recipe, out, after):
    """A run that was stopped in the epoch after so many."""
    with pytest.raises(KeyboardInterrupt):
        embedkit.run(recipe, out=out, reporter=Interrupts(after))
    return partial_of(out)


def assert_same(run, expected):
    for name in SAME:
        assert (run.path / name).read_bytes() == (expected.path / name).read_bytes(), name
    assert run.history[FIGURES].equals(expected.history[FIGURES])
    assert sorted(p.name for p in run.path.iterdir()) == sorted(p.name for p in expected.path.iterdir())
    run.verify()


@pytest.mark.parametrize("after", [1, 3, 6])
def test_an_interrupted_run_goes_on_to_the_same_bytes(long_recipe, undisturbed, tmp_path, after):
    partial = interrupted(long_recipe, tmp_path / "run", after)
    assert [p.name for p in checkpoints_of(partial)][-1] == f"epoch-0000{after}"
    assert len(checkpoints_of(partial)) == min(after, 2)
    reporter = Interrupts(after=-1)
    run = embedkit.run(long_recipe, out=tmp_path / "run", resume=True, reporter=reporter)
    assert f"going on after epoch {after}" in reporter.told
    assert_same(run, undisturbed)
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_it_may_be_interrupted_again_and_again(long_recipe, undisturbed, tmp_path):
    interrupted(long_recipe, tmp_path / "run", 2)
    with pytest.raises(KeyboardInterrupt):
        embedkit.run(long_recipe, out=tmp_path / "run", resume=True, reporter=Interrupts(2))
    assert_same(embedkit.run(long_recipe, out=tmp_path / "run", resume=True), undisturbed)


@pytest.mark.parametrize(("name", "damage"), [("tensors.safetensors", "bit"), ("state.json", "cut")])
def test_a_damaged_checkpoint_is_passed_over(long_recipe, undisturbed, tmp_path, name, damage):
    partial = interrupted(long_recipe, tmp_path / "run", 3)
    newest = checkpoints_of(partial)[-1]
    spoil(newest / name, damage)
    reporter = Interrupts(after=-1)
    run = embedkit.run(long_recipe, out=tmp_path / "run", resume=True, reporter=reporter)
    (warning,) = [told for told in reporter.told if "damaged" in told]
    assert warning.startswith(f"{newest}: damaged, ")
    assert warning.endswith("; taking the checkpoint before it")
    assert "going on after epoch 2" in reporter.told
    assert_same(run, undisturbed)


def spoil(path, damage):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes({"bit": content, "cut": content[:-7], "gone": b""}[damage])
    if damage == "gone":
        path.unlink()


@pytest.mark.parametrize("name", ["tensors.safetensors", "state.json", "manifest.json"])
@pytest.mark.parametrize("how", ["bit", "cut", "gone"])
def test_damage_to_any_file_is_seen(tmp_path, name, how):
    checkpoints = Checkpoints(tmp_path / "checkpoints", 1, warn=print)
    checkpoints.save(Checkpoint(4, {"weight": torch.arange(9.0)}, {"history": [{"loss": 0.1 + 0.2}]}))
    kept = checkpoints.newest()
    assert (kept.epoch, kept.state) == (4, {"history": [{"loss": 0.1 + 0.2}]})
    assert torch.equal(kept.tensors["weight"], torch.arange(9.0))
    (path,) = checkpoints_of(tmp_path)
    assert damage(path) is None
    spoil(path / name, how)
    assert damage(path).startswith("damaged, ")
    assert checkpoints.newest() is None


def test_an_old_checkpoint_that_cannot_be_removed_ends_no_training(tmp_path, monkeypatch, caplog):
    def refuse(path):
        if path.name == "epoch-00001" and path.exists():
            raise PermissionError(13, "in use")
        remove(path)

    remove = checkpoints_module.remove
    checkpoints = Checkpoints(tmp_path / "checkpoints", 1, warn=print)
    with monkeypatch.context() as m:
        m.setattr(checkpoints_module, "remove", refuse)
        for epoch in (1, 2, 3, 4):
            checkpoints.save(Checkpoint(epoch, {"weight": torch.arange(9.0)}, {}))
    assert [path.name[-1] for path in checkpoints.paths()] == ["1", "3", "4"]
    assert "stays: in use" in caplog.text
    checkpoints.save(Checkpoint(5, {"weight": torch.arange(9.0)}, {}))
    assert [path.name[-1] for path in checkpoints.paths()] == ["4", "5"]


def test_where_every_checkpoint_is_damaged_training_starts_afresh(long_recipe, undisturbed, tmp_path):
    for path in checkpoints_of(interrupted(long_recipe, tmp_path / "run", 3)):
        spoil(path / "tensors.safetensors", "cut")
    assert_same(embedkit.run(long_recipe, out=tmp_path / "run", resume=True), undisturbed)


def test_where_there_is_no_checkpoint_a_resumed_run_starts_afresh(long_recipe, undisturbed, tmp_path):
    assert_same(embedkit.run(long_recipe, out=tmp_path / "run", resume=True), undisturbed)


def test_a_finished_run_is_left_as_it_is(long_recipe, undisturbed):
    before = {path: path.stat().st_mtime_ns for path in undisturbed.path.iterdir()}
    reporter = Interrupts(after=-1)
    run = embedkit.run(long_recipe, out=undisturbed.path, resume=True, reporter=reporter)
    assert reporter.told == [f"nothing to do: the run in {undisturbed.path} is finished"]
    assert run.metrics == undisturbed.metrics
    assert {path: path.stat().st_mtime_ns for path in undisturbed.path.iterdir()} == before


class TakesTheName(Reporter):
    """Makes a file of the run's name at the last stage, and remembers what it was told."""

    def __init__(self, path):
        self.path = path
        self.told = []

    def stage(self, what):
        self.told.append(what)
        if what == "analysing errors":
            self.path.touch()


def test_a_run_that_found_its_name_taken_is_resumed_without_training(long_recipe, undisturbed, tmp_path):
    out, reporter = tmp_path / "run", TakesTheName(tmp_path / "run")
    with pytest.raises(UnmovedRunError, match=f"All of it is in {out}.partial"):
        embedkit.run(long_recipe, out=out, reporter=reporter)
    out.unlink()
    with pytest.raises(RunError, match="the recipe has changed: training.lr was"):
        embedkit.run(long_recipe, out=out, resume=True, set={"training.lr": 0.1})
    with pytest.raises(RunError, match="a finished run is here that did not get its name"):
        embedkit.run(long_recipe, out=out)
    reporter.told = []
    run = embedkit.run(long_recipe, out=out, resume=True, reporter=reporter)
    assert reporter.told == [f"nothing to train: the run was finished before, and is in {out} now"]
    assert_same(run, undisturbed)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_finished_run_needs_no_input_files_to_get_its_name(long_recipe, tmp_path):
    file, out = tmp_path / "texts.tsv", tmp_path / "run"
    file.write_text("label\ttext\n" + "".join(f"{'ab'[i % 2]}\tword {i}\n" for i in range(20)))
    data = {"train": {"use": "tsv", "path": str(file)}, "validation": {"share": 0.2}}
    with pytest.raises(UnmovedRunError):
        embedkit.run({**long_recipe, "data": data}, out=out, reporter=TakesTheName(out))
    file.unlink()
    out.unlink()
    embedkit.run({**long_recipe, "data": data}, out=out, resume=True).verify()


def test_what_is_no_run_is_not_resumed(long_recipe, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").touch()
    with pytest.raises(RunError, match="the directory exists already"):
        embedkit.run(long_recipe, out=tmp_path / "run", resume=True)


def test_a_changed_recipe_is_refused_by_the_keys_that_changed(long_recipe, undisturbed, tmp_path):
    partial = interrupted(long_recipe, tmp_path / "run", 2)
    changes = {"training.lr": 0.1, "training.epochs": 9}
    for out in (tmp_path / "run", undisturbed.path):
        with pytest.raises(RunError) as caught:
            embedkit.run(long_recipe, out=out, resume=True, set=changes)
        where = partial if out.parent == tmp_path else out
        assert str(caught.value) == (
            f"{where}: the recipe has changed: training.epochs was the integer 7 and is the integer 9\n"
            f"{where}: the recipe has changed: training.lr was the number 0.02 and is the number 0.1\n"
            "    Go on with the recipe as it was, or choose another --out."
        )
    assert len(checkpoints_of(partial)) == 2


def test_a_changed_input_file_is_refused(long_recipe, tmp_path):
    file = tmp_path / "texts.tsv"
    file.write_text("label\ttext\n" + "".join(f"{'ab'[i % 2]}\tword {i}\n" for i in range(20)))
    recipe = {
        **long_recipe,
        "data": {"train": {"use": "tsv", "path": str(file)}, "validation": {"share": 0.2}},
    }
    interrupted(recipe, tmp_path / "run", 2)
    file.write_text(file.read_text().replace("word 3", "word 4"))
    with pytest.raises(RunError, match=r"texts.tsv: the file has changed since the run was started"):
        embedkit.run(recipe, out=tmp_path / "run", resume=True)


def test_without_resume_checkpoints_are_neither_used_nor_lost(long_recipe, tmp_path):
    partial = interrupted(long_recipe, tmp_path / "run", 2)
    with pytest.raises(RunError) as caught:
        embedkit.run(long_recipe, out=tmp_path / "run")
    assert str(caught.value) == (
        f"{partial}: an unfinished run with checkpoints is here\n"
        f"    --resume goes on with it; to start afresh, remove {partial}."
    )
    assert len(checkpoints_of(partial)) == 2


def test_a_run_in_a_new_directory_cannot_be_resumed(long_recipe):
    with pytest.raises(
        RunError, match=r"there is nothing to resume in a new directory\n    Name the directory"
    ):
        embedkit.run(long_recipe, resume=True)


def test_early_stopping_is_remembered(long_recipe, tmp_path):
    recipe = {**long_recipe, "training": {**long_recipe["training"], "epochs": 40, "lr": 0.5}}
    recipe["training"]["early_stopping"] = {"metric": "loss", "patience": 2}
    whole = embedkit.run(recipe, out=tmp_path / "whole")
    last = int(whole.history["epoch"].max())
    assert 2 < last < 40
    interrupted(recipe, tmp_path / "run", last - 1)
    assert_same(embedkit.run(recipe, out=tmp_path / "run", resume=True), whole)


def test_kill_at_any_moment_loses_nothing(long_recipe, undisturbed, tmp_path, kill_and_resume):
    kept = lambda out: checkpoints_of(partial_of(out))  # noqa: E731
    kill_and_resume(long_recipe, tmp_path / "run", kept, 0.05, lambda run: assert_same(run, undisturbed))


LIMIT = """
import json, resource, sys
import embedkit
from embedkit.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), -1))
main(sys.argv[2:])
"""


def test_a_full_disk_is_one_error_that_names_the_last_good_checkpoint(long_recipe, undisturbed, tmp_path):
    stopping = {"metric": "loss", "patience": 400}
    recipe = {
        **long_recipe,
        "training": {**long_recipe["training"], "epochs": 400, "early_stopping": stopping},
    }
    file = tmp_path / "recipe.yaml"
    file.write_text(json.dumps(recipe))
    command = [sys.executable, "-P", "-c", LIMIT, "40000", "run", file, "--out", tmp_path / "run", "-q"]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONWARNINGS": "ignore"}
    )
    last = checkpoints_of(partial_of(tmp_path / "run"))[-1]
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    first, second = done.stderr.splitlines()
    assert first.startswith(f"error: {last.parent}/epoch-")
    assert "the checkpoint cannot be written: " in first
    assert second == f"    The last good one is {last}: make room and go on with --resume."
    assert not [*last.parent.glob("*.partial")]


def test_without_room_for_a_first_checkpoint_nothing_is_left(long_recipe, tmp_path):
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, limits[1]))
    try:
        with pytest.raises(TrainingError, match="the checkpoint cannot be written"):
            embedkit.run(long_recipe, out=tmp_path / "run")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not [*tmp_path.iterdir()]


def test_no_checkpoints_where_none_are_wanted(long_recipe, tmp_path):
    recipe = {**long_recipe, "training": {**long_recipe["training"], "checkpoint_every": 0}}
    assert not interrupted(recipe, tmp_path / "run", 3).exists()


def test_by_default_the_last_epoch_is_kept_when_a_run_is_interrupted(long_recipe, tmp_path):
    recipe = {**long_recipe, "training": {**long_recipe["training"]}}
    del recipe["training"]["checkpoint_every"]
    partial = interrupted(recipe, tmp_path / "run", 3)
    assert checkpoints_of(partial)[-1].name == "epoch-00003"
    whole = embedkit.run(recipe, out=tmp_path / "whole")
    assert_same(embedkit.run(recipe, out=tmp_path / "run", resume=True), whole)


def recorded(partial, change):
    """Change what the run in `partial` recorded of the environment that it was started in."""
    file = partial / "environment.json"
    environment = json.loads(file.read_text())
    change(environment)
    file.write_text(json.dumps(environment, indent=2, ensure_ascii=False) + "\n")


def test_other_versions_and_threads_are_told_and_recorded(long_recipe, undisturbed, tmp_path, caplog):
    partial = interrupted(long_recipe, tmp_path / "run", 2)
    threads = torch.get_num_threads()
    plugin = next(iter(undisturbed.read_json("environment.json")["plugins"]))

    def older(environment):
        environment["python"] = "3.9.1"
        environment["packages"]["numpy"] = "1.0"
        environment["plugins"][plugin]["version"] = "0.0.1"
        environment["requirements"]["gone"] = "7"

    recorded(partial, older)
    try:
        torch.set_num_threads(threads + 1)
        with pytest.raises(KeyboardInterrupt):
            embedkit.run(long_recipe, out=tmp_path / "run", resume=True, reporter=Interrupts(2))
    finally:
        torch.set_num_threads(threads)
    now = undisturbed.read_json("environment.json")
    (told,) = [r.getMessage() for r in caplog.records if "goes on with other" in r.getMessage()]
    assert told == (
        f"{partial}: the run goes on with other versions or settings, and may end in other figures: "
        f"Python 3.9.1 → {now['python']}, threads {threads} → {threads + 1}, "
        f"numpy 1.0 → {now['packages']['numpy']}, {plugin} 0.0.1 → {now['plugins'][plugin]['version']}, "
        "gone 7 → not installed"
    )
    caplog.clear()
    run = embedkit.run(long_recipe, out=tmp_path / "run", resume=True)
    assert f"threads {threads + 1} → {threads}" in caplog.text
    environment = run.read_json("environment.json")
    first, second = environment.pop("resumed")
    assert (environment["python"], environment["threads"]) == ("3.9.1", threads)
    assert (first["threads"], second["threads"]) == (threads + 1, threads)
    assert second == {key: value for key, value in now.items() if key != "inputs"}
    assert_same(run, undisturbed)


def test_what_goes_on_as_it_was_is_recorded_as_it_was(long_recipe, undisturbed, tmp_path, caplog):
    interrupted(long_recipe, tmp_path / "run", 2)
    run = embedkit.run(long_recipe, out=tmp_path / "run", resume=True)
    assert "goes on with other" not in caplog.text
    name = "environment.json"
    assert (run.path / name).read_bytes() == (undisturbed.path / name).read_bytes()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"inputs": []}', "7", '{"inputs": {}, "resumed": 1}']
)
def test_a_damaged_record_of_the_environment_is_one_error(long_recipe, tmp_path, content):
    partial = interrupted(long_recipe, tmp_path / "run", 1)
    (partial / "environment.json").write_text(content)
    with pytest.raises(RunError, match="environment.json"):
        embedkit.run(long_recipe, out=tmp_path / "run", resume=True)


def test_what_a_killed_process_left_of_a_checkpoint_goes_with_the_next_one(tmp_path):
    checkpoints = Checkpoints(tmp_path / "checkpoints", 1, warn=print)
    checkpoints.save(Checkpoint(1, {"weight": torch.arange(9.0)}, {}))
    shutil.copytree(
        tmp_path / "checkpoints" / "epoch-00001", free_name(tmp_path / "checkpoints" / "epoch-00002")
    )
    assert checkpoints.newest().epoch == 1
    checkpoints.save(Checkpoint(2, {"weight": torch.arange(9.0)}, {}))
    assert sorted(path.name for path in (tmp_path / "checkpoints").iterdir()) == [
        "epoch-00001",
        "epoch-00002",
    ]
