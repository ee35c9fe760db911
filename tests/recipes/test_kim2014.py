"""The recipes of `kim2014/` run by the command in their first line, on rows of the real data."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from embedkit.cli import main
from embedkit.plugin.registry import build_registry
from embedkit.recipe.bundled import bundled_recipes
from embedkit.recipe.load import load_recipe
from embedkit.runs.run import Run

NAMES = [
    f"kim2014/{data}-{vectors}"
    for data in ("mr", "mr-gru", "sst1", "sst2")
    for vectors in ("nonstatic", "rand", "static")
]
NAMES.insert(-2, "kim2014/sst2-phrases-rand")
VECTORS = "vectors/glove6b-100d.mr-sst.ctool.bin"
CLASSES = {"mr": 2, "sst1": 5, "sst2": 2}
needs_data = pytest.mark.skipif(not os.environ.get("EMBEDKIT_DATA"), reason="EMBEDKIT_DATA is not set")


@pytest.fixture(scope="module")
def few_rows(tmp_path_factory):
    """A folder like that of EMBEDKIT_DATA, with some 200 rows of each file, the folds those of the rows."""
    whole, folder = Path(os.environ["EMBEDKIT_DATA"]), tmp_path_factory.mktemp("data")
    (folder / VECTORS).parent.mkdir()
    (folder / VECTORS).symlink_to(whole / VECTORS)
    for file in [*whole.glob("*.tsv"), whole / "mr.folds10.txt"]:
        rows = file.read_bytes().removesuffix(b"\n").split(b"\n")
        (folder / file.name).write_bytes(b"\n".join(rows[:: len(rows) // 200]) + b"\n")
    return folder


def run(arguments, code=0):
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(arguments))
    assert ended.value.code == code


def test_these_are_all_of_them():
    assert sorted(name for name in bundled_recipes() if name.startswith("kim2014/")) == sorted(NAMES)


@needs_data
@pytest.mark.parametrize("name", NAMES)
def test_it_runs(name, few_rows, tmp_path, monkeypatch, check_bytes):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMBEDKIT_DATA", str(few_rows))
    command = bundled_recipes()[name].command
    assert command == f"embedkit run {name}"
    one_fold = " --set data.folds.only=0" if "/mr-" in name else ""
    run(f"run {name} --set training.epochs=1 --out made -q{one_fold}")
    check_bytes(name, Path("made"))
    made = Run("made")
    assert 0 <= made.metrics["test"]["accuracy"] <= 1
    assert len(made.read_json("model.json")["classes"]) == CLASSES[name.split("/")[1].split("-")[0]]
    before, after = made.embedding_frame("before"), made.embedding_frame("after")
    assert before.shape[1] == (300 if name.endswith("rand") else 100)
    assert before.equals(after) == name.endswith("-static")
    assert set(made.vocabulary["origin"][2:]) == ({"found"} if name.endswith("rand") else {"found", "filled"})


@needs_data
def test_all_ten_folds(few_rows, tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_DATA", str(few_rows))
    run(f"run kim2014/mr-static --set training.epochs=1 --out {tmp_path}/made -q")
    made = Run(tmp_path / "made")
    assert len(made.metrics["test"]["accuracy"]["folds"]) == len(made.folds) == 10
    rows = (few_rows / "mr.tsv").read_text(encoding="utf-8").count("\n")
    assert sorted(made.predictions["id"]) == list(range(1, rows + 1))


@needs_data
def test_phrases_without_an_opinion_are_left_out():
    from embedkit.recipe.build import Part

    recipe = load_recipe("kim2014/sst2-phrases-rand", registry := build_registry())
    examples = [*Part(registry, "reader", recipe.data.train, "data.train").make().read()]
    assert len(examples) == 77_616
    assert {example.label for example in examples} == {"neg", "pos"}


@pytest.mark.parametrize("name", NAMES)
def test_without_the_data_it_is_valid_and_running_it_says_what_is_missing(name, monkeypatch, capsys):
    monkeypatch.delenv("EMBEDKIT_DATA", raising=False)
    run(f"validate {name}")
    assert capsys.readouterr().out == f"{name}: ok\n"
    run(f"run {name}", code=2)
    assert "the environment variable EMBEDKIT_DATA is not set" in capsys.readouterr().err


def test_a_copy_is_named_after_the_recipe_without_its_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run("recipes copy kim2014/mr-rand")
    assert capsys.readouterr().out.startswith("mr-rand.yaml\n")
    assert load_recipe("mr-rand.yaml", build_registry()).name == "mr-rand"
