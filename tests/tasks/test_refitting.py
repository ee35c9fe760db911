"""Baselines beside a trained model on other texts: fitted again as its own run fitted them, or left out."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import embedkit
from embedkit.report.terminal.baselines import print_baselines

ROWS = [
    ("highly respectable work", "1"),
    ("great cast", "1"),
    ("best film", "1"),
    ("well done", "1"),
    ("so great", "1"),
    ("poor effort", "0"),
    ("bad nerd humour", "0"),
    ("not good", "0"),
    ("poor bad work", "0"),
    ("no cast", "0"),
]
TEST = [("great work", "1"), ("bad cast", "0"), ("best humour", "1"), ("not poor", "0")]
DEVICE = Path("/proc/self/mem")
NAMES = ["majority", "tfidf-logistic-regression", "nbsvm"]


def write(path, rows):
    path.write_text("".join(f"{text}\t{label}\n" for text, label in rows))
    return {"use": "tsv", "path": str(path), "columns": ["text", "label"], "header": False}


def inline(rows):
    return {"use": "inline", "texts": [text for text, _ in rows], "labels": [label for _, label in rows]}


def recipe(data, **more):
    return {
        "name": "small",
        "seed": 5,
        "data": data,
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 4},
        "encoder": "bag",
        "training": {"epochs": 1},
        **more,
    }


def evaluate(run, out, rows=TEST, **evaluation):
    data = {"test": inline(rows)}
    later = {"name": "later", "model": str(run.path), "data": data, "evaluation": evaluation}
    return embedkit.run(later, out=out)


@pytest.fixture
def files(tmp_path):
    """Readers of the files of a training, a validation and a test split."""
    return {
        name: write(tmp_path / f"{name}.tsv", rows)
        for name, rows in {"train": ROWS, "validation": TEST, "test": TEST}.items()
    }


@pytest.fixture
def trained(files, tmp_path):
    return embedkit.run(recipe(files), out=tmp_path / "trained")


def shown(run):
    console = Console(file=StringIO(), width=500)
    print_baselines("test", run.results["test"], console)
    return console.file.getvalue()


def test_on_the_same_texts_the_figures_are_those_of_the_run(trained, tmp_path):
    later = evaluate(trained, tmp_path / "later")
    assert later.metrics["test"] == trained.metrics["test"]
    assert [*later.metrics["test"]["baselines"]] == NAMES
    assert shown(later) == shown(trained) != ""
    assert later.read_json("embedding.json")["coverage"].keys() == {"test"}


SEVERAL = [(text, "1|long" if label == "1" and " " in text else label) for text, label in ROWS]
WORDS = [(text, {"1": "yes", "0": "no"}[label]) for text, label in [*ROWS, *TEST]]


@pytest.mark.parametrize(
    "data",
    [
        {"train": ROWS, "validation": {"share": 0.2}, "test": {"share": 0.3}},
        {"train": ROWS, "test": {"share": 0.3, "stratify": False}},
        {"train": ROWS, "folds": {"count": 3, "only": 1}, "validation": {"share": 0.3}},
        {"train": SEVERAL, "label_separator": "|", "test": SEVERAL[2:8]},
        {
            "train": [*ROWS, ("so so", "2")],
            "test": TEST,
            "labels": ["1", "0"],
            "label_map": {"0": "0", "1": "1", "2": None},
        },
        {"train": WORDS, "test": TEST, "label_map": {"yes": "1", "no": "0"}},
    ],
    ids=["shares", "unstratified", "fold", "several-labels", "rows-left-out", "label-map"],
)
def test_the_training_split_is_made_as_the_run_made_it(data, tmp_path):
    mapped = {"label_map": data.pop("label_map")} if "label_map" in data else {}
    readers = {
        name: write(tmp_path / f"{name}.tsv", value) | (mapped if name == "train" else {})
        for name, value in data.items()
        if name in ("train", "test") and isinstance(value, list)
    }
    run = embedkit.run(recipe({**data, **readers}), out=tmp_path / "trained")
    held_out = run.predictions.query("split == 'test'")
    rows = [*zip(held_out["text"], held_out["label"], strict=True)]
    later = evaluate(run, tmp_path / "later", rows)
    assert later.metrics["test"]["baselines"] == run.metrics["test"]["baselines"]
    assert not any("left_out" in each for each in later.metrics["test"]["baselines"].values())


def test_a_fold_of_several_is_a_model_with_baselines_too(files, tmp_path):
    (tmp_path / "folds.txt").write_text("0\n1\n" * 5)
    data = {"train": files["train"], "folds": {"count": 2, "file": str(tmp_path / "folds.txt")}}
    fold = embedkit.run(recipe(data, seeds=[1, 2]), out=tmp_path / "trained").folds[2]
    rows = [row for number, row in enumerate(ROWS) if number % 2 == 1]
    later = evaluate(fold, tmp_path / "later", rows)
    assert later.metrics["test"]["baselines"] == fold.metrics["test"]["baselines"]
    (tmp_path / "folds.txt").write_text("1\n0\n" * 5)
    for each in evaluate(fold, tmp_path / "again", rows).metrics["test"]["baselines"].values():
        assert each["left_out"].startswith(f"'{tmp_path / 'folds.txt'}' is not the file that the model was")


def test_those_of_the_models_recipe_stand_unless_others_are_named(files, tmp_path):
    own = {"baselines": [{"use": "nbsvm", "beta": 0.5}]}
    run = embedkit.run(recipe(files, evaluation=own), out=tmp_path / "trained")
    by_default = evaluate(run, tmp_path / "default").metrics["test"]["baselines"]
    assert by_default == run.metrics["test"]["baselines"]
    named = evaluate(run, tmp_path / "named", baselines=["naive-bayes", "majority"])
    assert [*named.metrics["test"]["baselines"]] == ["naive-bayes", "majority"]


def test_an_empty_list_turns_them_off(trained, tmp_path):
    without = evaluate(trained, tmp_path / "without", baselines=[])
    expected = {key: each for key, each in trained.metrics["test"].items() if key != "baselines"}
    assert without.metrics["test"] == expected
    assert shown(without) == ""


def test_none_were_asked_for_in_training_and_some_are_now(files, tmp_path):
    run = embedkit.run(recipe(files, evaluation={"baselines": []}), out=tmp_path / "trained")
    assert "baselines" not in evaluate(run, tmp_path / "default").metrics["test"]
    named = evaluate(run, tmp_path / "named", baselines=["majority"])
    assert named.metrics["test"]["baselines"]["majority"]["accuracy"] == 0.5


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda path: path.unlink(), "does not exist"),
        (
            lambda path: write(path, [*ROWS[:-1], ("ho cast", "0")]),
            "is not the file that the model was trained",
        ),
        (lambda path: (path.unlink(), path.mkdir()), "is a directory, not a file"),
        pytest.param(
            lambda path: (path.unlink(), path.symlink_to(DEVICE)),
            "is not the file that the model was trained with: its fingerprint differs",
            marks=pytest.mark.skipif(not DEVICE.exists(), reason="there is no /proc/self/mem"),
        ),
    ],
    ids=["gone", "changed", "directory", "device"],
)
def test_without_the_training_texts_they_are_left_out_and_the_model_is_evaluated(
    trained, tmp_path, change, why
):
    change(tmp_path / "train.tsv")
    later = evaluate(trained, tmp_path / "later")
    found = later.metrics["test"].pop("baselines")
    assert [*found] == NAMES
    (reason,) = {json.dumps(each) for each in found.values()}
    assert json.loads(reason)["left_out"].startswith(f"'{tmp_path / 'train.tsv'}' {why}")
    assert later.metrics["test"] == {k: v for k, v in trained.metrics["test"].items() if k != "baselines"}
    later.metrics["test"]["baselines"] = found
    names = "majority, tfidf-logistic-regression and nbsvm"
    assert shown(later) == f"{names} are left out: {json.loads(reason)['left_out']}\n"


def test_files_of_other_splits_are_not_needed(trained, tmp_path):
    (tmp_path / "validation.tsv").unlink()
    (tmp_path / "test.tsv").write_text("other\t1\n")
    assert evaluate(trained, tmp_path / "later").metrics["test"] == trained.metrics["test"]


PLUGIN = """
    from pathlib import Path

    from embedkit import hookimpl
    from embedkit.interfaces import Example, InputPath
    from embedkit_baselines.majority import Majority

    ROWS = []

    class Rows:
        '''Rows that stand in no file.'''
        def read(self):
            return [Example(i, text, label) for i, (text, label) in enumerate(ROWS, 1)]

    class Listed(Majority):
        '''Knows words by a file.'''
        def __init__(self, *, words: InputPath) -> None:
            self.words = words

    @hookimpl
    def register_readers(register):
        register("rows", Rows)

    @hookimpl
    def register_baselines(register):
        register("listed", Listed)
"""


@pytest.fixture
def plugin(install):
    return import_module(install("embedkit-rows", PLUGIN, entries=["rows"]))


def test_a_reader_without_files_must_give_as_many_examples(plugin, tmp_path):
    plugin.ROWS[:] = ROWS
    run = embedkit.run(recipe({"train": "rows", "test": inline(TEST)}), out=tmp_path / "trained")
    assert evaluate(run, tmp_path / "same").metrics["test"] == run.metrics["test"]
    plugin.ROWS.append(("new", "1"))
    found = evaluate(run, tmp_path / "more").metrics["test"]["baselines"]
    why = "there are 11 training examples, and the model was trained with 10"
    assert found == {name: {"left_out": why} for name in NAMES}


def test_the_files_of_the_runs_baselines_must_be_the_same_too(plugin, files, tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("good")
    listed = [{"use": "listed", "words": str(words)}]
    run = embedkit.run(recipe(files, evaluation={"baselines": listed}), out=tmp_path / "trained")
    assert evaluate(run, tmp_path / "same").metrics["test"] == run.metrics["test"]
    words.write_text("other")
    found = evaluate(run, tmp_path / "changed").metrics["test"]["baselines"]["listed"]
    assert found["left_out"].startswith(f"'{words}' is not the file")
    named = evaluate(run, tmp_path / "named", baselines=listed)
    assert named.metrics["test"]["baselines"]["listed"]["accuracy"] == 0.5
    assert named.read_json("environment.json")["inputs"]["evaluation.baselines.0.words"]["bytes"] == 5


LOAD = (
    "import sys, embedkit; print(len(embedkit.load(sys.argv[1]).predict(['great work'])), "
    "*[name for name in ('sklearn', 'embedkit.tasks.baselines') if name in sys.modules])"
)


def test_a_loaded_model_knows_nothing_of_them(trained, tmp_path):
    (tmp_path / "train.tsv").unlink()
    done = subprocess.run([sys.executable, "-P", "-c", LOAD, trained.path], capture_output=True, text=True)
    assert done.stdout == "1\n", done.stderr
