"""The predictions of a run: a CSV file, or of many texts a Parquet file that says the same."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import embedkit
from embedkit.errors import RunError
from embedkit.runs import predictions
from embedkit.runs.predictions import predictions_file, read_predictions, read_rows, write_predictions

TEXTS = ["good film", "bad\rfilm", 'good, "new" thing', "", "bad bad thing é\u2028", "good 1 nan"] * 4
LABELS = ["pos", "neg"] * 12


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The same recipe, with folds and seeds, run into CSV files and into Parquet files."""
    folder = tmp_path_factory.mktemp("predictions")
    recipe = {
        "name": "many",
        "seed": 1,
        "seeds": [1, 2],
        "data": {"train": {"use": "inline", "texts": TEXTS, "labels": LABELS}, "folds": {"count": 2}},
        "tokenizer": "whitespace",
        "vocabulary": {"min_count": 2},
        "embedding": {"use": "random", "dim": 4},
        "encoder": "bag",
        "training": {"epochs": 1},
        "evaluation": {"baselines": []},
    }
    made = {"csv": embedkit.run(recipe, out=folder / "csv")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(predictions, "MANY", 5)
        made["parquet"] = embedkit.run(recipe, out=folder / "parquet")
    return made


LEADING = ["split", "id", "label", "predicted", "probability"]


def header_of(classes):
    return [*LEADING, *(f"p_{number}" for number in range(classes)), "text"]


def rows_of(count, classes):
    for number in range(1, count + 1):
        shares = [(number * 31 + place) % 97 / 97 for place in range(classes)]
        yield ["test", number, "0", "1", shares[1], *shares, f"text {number}"]


@pytest.mark.parametrize(
    ("texts", "classes", "name"),
    [
        (100_000, 2, "predictions.csv"),
        (100_001, 2, "predictions.parquet"),
        (1_000, 1_000, "predictions.csv"),
        (1_000, 1_001, "predictions.parquet"),
        (333, 3_000, "predictions.csv"),
        (334, 3_000, "predictions.parquet"),
    ],
)
def test_many_texts_or_many_probabilities_are_a_parquet_file(tmp_path, texts, classes, name):
    path = write_predictions(tmp_path, header_of(classes), rows_of(texts, classes), texts)
    assert path == predictions_file(tmp_path) == tmp_path / name


def test_long_rows_are_written_and_read_a_few_at_a_time(tmp_path, monkeypatch):
    from pyarrow import parquet

    monkeypatch.setattr(predictions, "BLOCK_CELLS", 400)
    monkeypatch.setattr(predictions, "MANY_PROBABILITIES", 400)
    path = write_predictions(tmp_path, header_of(50), rows_of(20, 50), 20)
    with parquet.ParquetFile(path) as file:
        sizes = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    assert sizes == [7, 7, 6]
    header, rows = read_rows(path)
    assert [header, [*rows]] == [header_of(50), [*rows_of(20, 50)]]
    frame = read_predictions(path, ["id", "p_49"], rows=[3, 15])
    assert frame["id"].tolist() == [4, 16]
    assert frame["p_49"].tolist() == [row[-2] for row in rows_of(20, 50) if row[1] in (4, 16)]


def test_a_run_of_many_classes_has_them_in_columns_that_are_read_alone(tmp_path, monkeypatch, runs):
    monkeypatch.setattr(predictions, "MANY_PROBABILITIES", 47)
    run = embedkit.run(runs["csv"].path / "recipe.yaml", out=tmp_path / "run", set={"seeds": None})
    assert run.has("predictions.parquet")
    assert {fold.has("predictions.parquet") for fold in run.folds} == {True}
    monkeypatch.setattr(predictions, "MANY_PROBABILITIES", 48)
    other = embedkit.run(run.path / "recipe.yaml", out=tmp_path / "other")
    assert other.has("predictions.csv")
    assert_frame_equal(run.predictions, other.predictions)


def pairs(runs):
    return [(runs["csv"], runs["parquet"]), *zip(runs["csv"].folds, runs["parquet"].folds, strict=True)]


def test_a_run_has_one_of_the_two(runs):
    for csv, parquet in pairs(runs):
        assert sorted(path.name for path in csv.path.glob("predictions.*")) == ["predictions.csv"]
        assert sorted(path.name for path in parquet.path.glob("predictions.*")) == ["predictions.parquet"]
        assert "predictions.parquet" in parquet.read_json("manifest.json")


def test_both_say_the_same(runs):
    for csv, parquet in pairs(runs):
        assert_frame_equal(csv.predictions, parquet.predictions)
        assert csv.predictions["text"].tolist()
        assert csv.read_json("oov.json") == parquet.read_json("oov.json")
        assert csv.read_json("metrics.json") == parquet.read_json("metrics.json")


def test_some_columns_and_some_rows(runs):
    for csv, parquet in pairs(runs):
        whole = csv.predictions
        for run in (csv, parquet):
            assert_frame_equal(run.read_predictions(["id", "token_states"]), whole[["id", "token_states"]])
            assert_frame_equal(run.read_predictions(rows=[7, 3]), whole.iloc[[3, 7]])
            assert_frame_equal(run.read_predictions(["text"], rows=[0]), whole[["text"]].iloc[[0]])
            assert run.read_predictions(["text"], rows=[]).shape == (0, 1)


def test_rows_come_as_they_are_written(runs):
    for csv, parquet in pairs(runs):
        first, rows = read_rows(predictions_file(csv.path))
        second, others = read_rows(predictions_file(parquet.path))
        assert first == second
        assert [*rows] == [*others]


def test_states_are_letters_and_content_is_digits(runs):
    cells = pd.read_csv(runs["csv"].path / "predictions.csv", dtype=str, keep_default_na=False)
    for states, content, tokens in zip(
        cells["token_states"], cells["token_content"], cells["tokens"], strict=True
    ):
        assert {*states} <= {*"crfud"}
        assert {*content} <= {*"01"}
        assert len(states) == len(content) == int(tokens)


def test_the_commands_read_both(runs, capsys):
    from embedkit.cli import main

    said = []
    for run in runs.values():
        for arguments in (["explain", run.path], ["explain", run.path, "--id", "3"]):
            with pytest.raises(SystemExit) as ended:
                main([str(argument) for argument in arguments])
            assert ended.value.code == 0
            said.append(capsys.readouterr().out.replace(run.path.name, "RUN"))
    assert said[:2] == said[2:]
    compared = embedkit.compare([runs["csv"], runs["parquet"]])
    assert compared.pairs["difference"].tolist() == [0.0]


@pytest.mark.parametrize(
    "damage", [lambda data: b"", lambda data: data[:-20], lambda data: b"PAR1" + data[9:]]
)
def test_a_damaged_file_is_named(damage, runs, tmp_path):
    path = tmp_path / "predictions.parquet"
    path.write_bytes(damage((runs["parquet"].path / "predictions.parquet").read_bytes()))
    with pytest.raises(RunError, match="predictions.parquet: damaged"):
        read_predictions(path)
