"""A damaged oov.json: which file it is, where in it, and what is wrong there."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

import embedkit
from embedkit.errors import RunError
from embedkit.files.digest import sha256

pytestmark = pytest.mark.any_system


@pytest.fixture
def run(tmp_path):
    texts = {"use": "inline", "texts": ["good film", "bad film"] * 4, "labels": ["pos", "neg"] * 4}
    recipe = {
        "name": "small",
        "data": {"train": texts},
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 4},
        "encoder": {"use": "bag"},
        "training": {"epochs": 1},
        "evaluation": {"metrics": ["accuracy"], "baselines": []},
    }
    return embedkit.run(recipe, out=tmp_path / "run")


def damaged(run, change):
    """The run with another oov.json, which its manifest lists as its own."""
    file, manifest = run.path / "oov.json", run.path / "manifest.json"
    content = json.loads(file.read_text("utf-8"))
    change(content)
    file.write_text(json.dumps(content), encoding="utf-8")
    listed = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps(listed | {"oov.json": sha256(file)}), encoding="utf-8")
    return embedkit.Run(run.path)


def test_the_first_five_faults_are_shown_with_file_and_key(run):
    def change(content):
        for bucket in content["splits"]["train"]["errors"]["all"]["buckets"]:
            bucket["n"] = "many"

    with pytest.raises(RunError) as refused:
        _ = damaged(run, change).oov.analysis
    assert [fault.where for fault in refused.value.faults] == [str(run.path / "oov.json")] * 5
    assert [fault.what for fault in refused.value.faults] == [
        f"damaged: splits.train.errors.all.buckets.{i}.n: Input should be a valid number" for i in range(5)
    ]


@pytest.mark.parametrize("reader", [lambda run: run.oov.analysis, lambda run: run.read_json("oov.json")])
def test_whoever_reads_it_finds_the_damage(run, reader):
    other = damaged(run, lambda content: content["splits"]["train"].update(errors=[]))
    with pytest.raises(
        RunError, match=r"damaged: splits\.train\.errors: Input should be a valid dictionary$"
    ):
        reader(other)


def test_the_figures_are_plain_data_that_a_script_may_change(run):
    figures = run.oov.figures
    assert figures == json.loads((run.path / "oov.json").read_text("utf-8"))
    counts = run.oov.analysis.splits["train"].coverage.tokens.all
    assert figures["splits"]["train"]["coverage"]["tokens"]["all"] == asdict(counts)
    figures["splits"].clear()
    assert run.oov.analysis.splits
