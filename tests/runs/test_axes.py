"""The axes of a run: written into its manifest, read from there, never from a name."""

from __future__ import annotations

import json
import pickle
import shutil
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import embedkit
from embedkit.errors import RunError
from embedkit.recipe.frozen import freeze
from embedkit.runs.axes import Axes
from embedkit.runs.run import Run
from embedkit.tasks.explain import explain_text

NUMBERS = st.none() | st.integers(0, 2**63)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
MATRIX = st.dictionaries(st.text(), PLAIN, max_size=3).map(freeze)
NAMES = st.none() | st.text(min_size=1)
HIDDEN = st.none() | st.floats(0, 1, exclude_max=True)
SHARE = st.none() | st.floats(0, 1, exclude_min=True, exclude_max=True)
AXES = st.builds(Axes, NUMBERS, NUMBERS, HIDDEN, SHARE, NAMES, MATRIX)


@given(AXES)
def test_axes_come_back_from_json_as_they_were(axes):
    assert Axes.from_json(json.loads(json.dumps(axes.to_json()))) == axes
    assert pickle.loads(pickle.dumps(axes)) == axes
    assert hash(axes) == hash(replace(axes))


def test_axes_of_a_single_run_are_written_as_before():
    assert Axes(1, 2).to_json() == {"fold": 1, "seed": 2}
    assert Axes().to_json() == {}


@pytest.mark.parametrize(
    "value",
    [
        *(None, [], "fold", 3, {"fold": "1"}, {"fold": -1}, {"fold": 1.0}, {"fold": True}, {"folds": 1}),
        *({"hidden": 1}, {"hidden": float("nan")}, {"hidden": "0.1"}, {"seed": None}, {1: 1}),
        *({"share": 0}, {"share": 1}, {"share": True}, {"share": "0.5"}),
        *({"candidate": ""}, {"candidate": 1}, {"matrix": {}}, {"matrix": ["a"]}, {"matrix": {1: 1}}),
    ],
)
def test_what_is_no_axis_is_refused(value):
    with pytest.raises(ValueError, match="no axes"):
        Axes.from_json(value)


@pytest.mark.parametrize(
    ("recipe", "axes"),
    [
        ({"seed": 3, "data": {"train": {}}}, Axes(seed=3)),
        ({"seed": 3, "seeds": None, "data": {"folds": {"count": 5, "only": 2}}}, Axes(2, 3)),
        ({"seed": 3, "data": {"folds": {"count": 5, "only": None}}}, Axes()),
        ({"seed": 3, "seeds": [1, 2], "data": {"folds": {"count": 5, "only": 2}}}, Axes(2)),
        ({"seed": 3, "embedding": {"use": "ablation", "hidden": 0.25}}, Axes(seed=3, hidden=0.25)),
        ({"seed": 3, "embedding": {"use": "random", "hidden": 0.25}}, Axes(seed=3)),
        ({"seed": 3, "data": {"share": 0.25}}, Axes(seed=3, share=0.25)),
        ({"model": "."}, Axes()),
        ({"seed": 3, "matrix": {"training.lr": [1, 2]}}, Axes()),
    ],
)
def test_axes_of_a_recipe(recipe, axes):
    assert Axes.of(recipe) == axes


@pytest.fixture(scope="module")
def whole(recipe, tmp_path_factory):
    data = {"train": recipe["data"]["train"], "folds": {"count": 2}}
    crossed = {**recipe, "data": data, "seeds": [10, 9]}
    return embedkit.run(crossed, out=tmp_path_factory.mktemp("runs") / "whole")


@pytest.fixture
def renamed(whole, tmp_path):
    """The run, with names of its inner runs that tell nothing, or the wrong thing."""
    shutil.copytree(whole.path, tmp_path / "run")
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    names = {"fold-0-seed-9": "z", "fold-0-seed-10": "fold-7", "fold-1-seed-9": "y 3", "fold-1-seed-10": "a"}
    for old, new in names.items():
        (tmp_path / "run" / "folds" / old).rename(tmp_path / "run" / "folds" / new)
        manifest[f"folds/{new}/manifest.json"] = manifest.pop(f"folds/{old}/manifest.json")
    (tmp_path / "run" / "manifest.json").write_text(json.dumps(manifest))
    return Run(tmp_path / "run")


ORDER = [Axes(0, 9), Axes(0, 10), Axes(1, 9), Axes(1, 10)]


def test_the_manifest_of_each_inner_run_has_its_axes(whole):
    assert [run.axes for run in whole.folds] == ORDER
    for run in whole.folds:
        listed = json.loads((run.path / "manifest.json").read_text())["axes"]
        assert listed == {"fold": run.axes.fold, "seed": run.axes.seed}
    assert "axes" not in json.loads((whole.path / "manifest.json").read_text())
    assert whole.axes == Axes()


def test_names_of_directories_tell_nothing(whole, renamed):
    renamed.verify()
    assert [run.axes for run in renamed.folds] == ORDER
    assert [run.path.name for run in renamed.folds] == ["z", "fold-7", "y 3", "a"]
    assert renamed.predictions.equals(whole.predictions)
    for expected, found in zip(explain_text(whole, 5), explain_text(renamed, 5), strict=True):
        assert replace(found, run=None) == replace(expected, run=None)


def test_where_the_manifest_has_none_the_recipe_tells(whole, tmp_path):
    inner = tmp_path / "inner"
    shutil.copytree(whole.folds[1].path, inner)
    manifest = json.loads((inner / "manifest.json").read_text())
    (inner / "manifest.json").write_text(json.dumps({k: manifest[k] for k in manifest if k != "axes"}))
    assert Run(inner).axes == Axes(0, 10)
    (inner / "manifest.json").write_text(json.dumps({**manifest, "axes": {"fold": 0, "seed": 9}}))
    with pytest.raises(RunError, match=r"manifest.json: damaged: other axes than recipe.yaml"):
        _ = Run(inner).axes


def test_what_only_the_plan_knows_is_in_the_manifest_alone(whole, tmp_path):
    inner = tmp_path / "inner"
    shutil.copytree(whole.folds[1].path, inner)
    manifest = json.loads((inner / "manifest.json").read_text())
    planned = {"candidate": "rnn", "matrix": {"encoder": {"use": "rnn"}, "training.lr": 0.5}}
    (inner / "manifest.json").write_text(json.dumps({**manifest, "axes": {**manifest["axes"], **planned}}))
    assert Run(inner).axes == Axes(0, 10, candidate="rnn", matrix=planned["matrix"])
    (inner / "manifest.json").write_text(json.dumps({**manifest, "axes": {"fold": 0, **planned}}))
    with pytest.raises(RunError, match="other axes than recipe.yaml"):
        _ = Run(inner).axes


def test_axes_alone_are_no_manifest(whole, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text('{"axes": {"fold": 0}}')
    with pytest.raises(RunError, match="lists no files"):
        _ = Run(tmp_path / "run").axes
