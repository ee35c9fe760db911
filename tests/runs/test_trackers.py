"""What TensorBoard is told of a run is what the run's history says."""

from __future__ import annotations

import importlib.util

import pytest

import embedkit
from embedkit.errors import RecipeError
from embedkit.runs.reporter import Reporter
from embedkit.training import trackers

TRACKED = {"training.trackers": ["tensorboard"]}


class Interrupts(Reporter):
    def epoch(self, rows, of):
        raise KeyboardInterrupt


def told(directory):
    """Every figure that the event files under `directory` hold: {name: [(epoch, value)]}."""
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(directory))
    events.Reload()
    return {tag: [(e.step, e.value) for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def assert_is_history(run):
    figures = told(run.path / "trackers" / "small")
    history = run.history
    assert sorted(figures) == ["train/accuracy", "train/loss", "validation/accuracy", "validation/loss"]
    for name, seen in figures.items():
        split, _, column = name.partition("/")
        rows = history[history["split"] == split]
        assert [epoch for epoch, _ in seen] == rows["epoch"].tolist()
        assert [value for _, value in seen] == pytest.approx(rows[column].tolist(), rel=1e-6)


def test_tensorboard_is_told_of_every_epoch_beside_the_manifest(recipe, finished, tmp_path):
    pytest.importorskip("tensorboard")
    run = embedkit.run(recipe, out=tmp_path / "run", set=TRACKED)
    assert_is_history(run)
    assert [*run.read_json("manifest.json")] == [*finished.read_json("manifest.json")]
    run.verify()
    assert (run.path / "weights.safetensors").read_bytes() == (
        finished.path / "weights.safetensors"
    ).read_bytes()
    assert not (finished.path / "trackers").exists()


def test_a_resumed_run_tells_all_of_it_once(recipe, tmp_path):
    pytest.importorskip("tensorboard")
    with pytest.raises(KeyboardInterrupt):
        embedkit.run(recipe, out=tmp_path / "run", set=TRACKED, reporter=Interrupts())
    assert_is_history(embedkit.run(recipe, out=tmp_path / "run", set=TRACKED, resume=True))


def test_a_tracker_that_is_not_installed_is_named_before_anything_is_read(recipe, tmp_path, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        trackers, "find_spec", lambda name: None if name in ("tensorboard", "aim") else found(name)
    )
    with pytest.raises(RecipeError) as caught:
        embedkit.run(recipe, out=tmp_path / "run", set={"training.trackers": ["tensorboard", "aim"]})
    assert str(caught.value) == (
        "training.trackers.0: 'tensorboard' is not installed\n"
        "    pip install tensorboard\n"
        "training.trackers.1: 'aim' is not installed\n"
        "    pip install aim"
    )
    assert not [*tmp_path.iterdir()]


def test_a_tracker_that_does_not_start_leaves_none_open(recipe, tmp_path, monkeypatch):
    finished = []

    class Starts:
        def finish(self):
            finished.append(self)

    def open_(name, run, directory):
        if name == "aim":
            raise OSError("no server")
        return Starts()

    monkeypatch.setattr(trackers, "find_spec", lambda name: name)
    monkeypatch.setattr(trackers, "_open", open_)
    with pytest.raises(OSError, match="no server"):
        embedkit.run(recipe, out=tmp_path / "run", set={"training.trackers": ["tensorboard", "aim"]})
    assert len(finished) == 1
    assert not [*tmp_path.iterdir()]
