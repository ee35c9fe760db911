"""What the data are warned of: printed, or with --strict an error."""

from __future__ import annotations

import pytest

RECIPE = """\
data:
  train: {use: tsv, path: train.tsv}
  test: {use: inline, texts: [good film, new], labels: [pos, neg]}
tokenizer: whitespace
embedding: {use: random, dim: 4}
encoder: {use: rnn, hidden_size: 3}
training: {epochs: 1}
"""
OVERLAP = "data.test: 1 texts are in the train split too: examples 1 = 1"
TORN = "data.train: 1 texts occur with different labels: examples 2 = 3"


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = ["label\ttext", "pos\tgood film", "neg\tbad film", "pos\tbad film"]
    (tmp_path / "train.tsv").write_text("\n".join(rows) + "\n")
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    return "recipe.yaml"


def test_a_run_warns_and_goes_on(embedkit_command, recipe, tmp_path):
    done = embedkit_command("run", recipe, "--out", "run")
    assert done.code == 0
    assert f"warning: {OVERLAP}\n" in done.err
    assert f"warning: {TORN}\n" in done.err
    assert OVERLAP in (tmp_path / "run" / "log.jsonl").read_text()


def test_a_strict_run_stops_before_training(embedkit_command, recipe, tmp_path):
    done = embedkit_command("run", recipe, "--out", "run", "--strict")
    assert done.code == 2
    assert f"error: {OVERLAP}\n" in done.err
    assert "epoch" not in done.err
    assert not (tmp_path / "run").exists()


def test_validate_looks_at_the_data_where_asked(embedkit_command, recipe):
    assert embedkit_command("validate", recipe).out == "recipe.yaml: ok\n"
    done = embedkit_command("validate", recipe, "--data")
    assert (done.code, done.out) == (0, "recipe.yaml: ok\n")
    assert f"warning: {TORN}\n" in done.err
    strict = embedkit_command("validate", recipe, "--data", "--strict")
    assert (strict.code, strict.out) == (2, "")
    assert f"error: {TORN}\n" in strict.err


def test_validate_names_data_that_are_not_there(embedkit_command, recipe, tmp_path):
    (tmp_path / "train.tsv").rename(tmp_path / "trains.tsv")
    done = embedkit_command("validate", recipe, "--data")
    assert done.code == 2
    assert "train.tsv' does not exist - did you mean 'trains.tsv'?" in done.err
