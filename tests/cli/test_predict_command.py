from __future__ import annotations

import gzip
import json
import os

import pandas
import pytest

import embedkit


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    texts = ["good film", "fine film", "bad film", "poor film"] * 3
    recipe = {
        "name": "tiny",
        "data": {"train": {"use": "inline", "texts": texts, "labels": ["pos", "pos", "neg", "neg"] * 3}},
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 8},
        "encoder": {"use": "rnn", "hidden_size": 4},
        "training": {"epochs": 30, "batch_size": 2, "lr": 0.02},
    }
    return embedkit.run(recipe, out=tmp_path_factory.mktemp("runs") / "tiny").path


def test_texts_as_arguments(embedkit_command, run):
    done = embedkit_command("predict", run, "good film", "a bad film")
    assert done.code == 0
    lines = [line.split("\t") for line in done.out.splitlines()]
    assert [(line[0], line[2]) for line in lines] == [("pos", "good film"), ("neg", "a bad film")]
    assert all(0.5 <= float(line[1]) <= 1 for line in lines)


def test_json_is_one_document_and_nothing_else(embedkit_command, run):
    done = embedkit_command("predict", run, "good new", "--json")
    (prediction,) = json.loads(done.out)
    assert prediction["predicted"] == "pos"
    assert prediction["tokens"] == [
        {"token": "good", "state": "covered", "looked_up": False},
        {"token": "new", "state": "unseen", "looked_up": False},
    ]
    assert prediction["oov_share"] == 0.5
    assert done.err == ""


def test_a_text_on_each_line_of_a_file(embedkit_command, run, tmp_path):
    file = tmp_path / "texts.txt"
    file.write_bytes("\ufeffgood film\r\n\r\nbad\u2028film\n".encode())
    done = embedkit_command("predict", run, "--input", file, "--json")
    assert [prediction["text"] for prediction in json.loads(done.out)] == ["good film", "", "bad\u2028film"]


def test_a_file_that_is_not_utf8_is_an_error(embedkit_command, run, tmp_path):
    file = tmp_path / "texts.txt"
    file.write_bytes("caf\xe9".encode("latin-1"))
    done = embedkit_command("predict", run, "--input", file)
    assert (done.code, done.err) == (2, f"error: {file}: not UTF-8 at byte 3\n")


def test_nothing_to_classify_is_an_error(embedkit_command, run):
    done = embedkit_command("predict", run)
    assert (done.code, done.out) == (2, "")
    assert "there is nothing to classify" in done.err


def test_a_directory_without_a_run_is_an_error(embedkit_command, tmp_path):
    done = embedkit_command("predict", tmp_path, "good")
    assert (done.code, done.err) == (2, f"error: {tmp_path}: no finished run in this directory\n")


def test_several_labels_or_none(embedkit_command, tmp_path):
    texts, labels = ["laughs film", "hours film", "laughs hours", "film"], ["funny", "long", "funny|long", ""]
    recipe = {
        "name": "several",
        "data": {
            "train": {"use": "inline", "texts": texts * 5, "labels": labels * 5},
            "test": {"use": "inline", "texts": ["laughs", "new"], "labels": ["", "long"]},
            "label_separator": "|",
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 8},
        "encoder": "bag",
        "training": {"epochs": 60, "batch_size": 4, "lr": 0.05},
    }
    run = embedkit.run(recipe, out=tmp_path / "run").path
    both, none = json.loads(embedkit_command("predict", run, "hours laughs", "film", "--json").out)
    assert (both["predicted"], both["predicted_labels"]) == ("funny|long", ["funny", "long"])
    assert (none["predicted"], none["predicted_labels"]) == ("", [])
    assert list(both["probabilities"]) == ["funny", "long"]
    said = embedkit_command("predict", run, "hours laughs", "film").out.splitlines()
    assert [line.split("\t")[0] for line in said] == ["funny|long", ""]
    again = embedkit_command("run", run / "recipe.yaml", "--out", tmp_path / "again").out
    assert ": no label, predicted funny" in again


TABLES = {
    "csv": 'id,note,review\n1,x,good film\n2,y,"a bad, poor film"\n',
    "tsv": "id\tnote\treview\n1\tx\tgood film\n2\ty\ta bad, poor film\n",
    "jsonl": '{"review": "good film"}\n{"review": "a bad, poor film", "note": 1}\n',
}


@pytest.fixture
def table(tmp_path):
    def table(content, name="table.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return table


@pytest.mark.parametrize("reader", TABLES)
def test_the_rows_of_a_table(embedkit_command, run, table, reader):
    path = table(gzip.compress(TABLES[reader].encode()))
    done = embedkit_command("predict", run, "--input", path, "--reader", reader, "--text", "review", "--json")
    assert (done.code, done.err) == (0, "")
    texts = [(each["id"], each["text"], each["predicted"]) for each in json.loads(done.out)]
    assert texts == [(1, "good film", "pos"), (2, "a bad, poor film", "neg")]


def test_keys_of_the_reader(embedkit_command, run, table):
    path = table("good film;x\nbad café;y\n".encode("cp1252"))
    keys = ["delimiter=;", "encoding=cp1252", "header=false", "columns=[text, other]"]
    sets = [part for key in keys for part in ("--set", key)]
    done = embedkit_command("predict", run, "--input", path, "--reader", "csv", *sets)
    assert [line.split("\t")[2] for line in done.out.splitlines()] == ["good film", "bad café"]


def test_labels_of_a_table_are_not_read(embedkit_command, run, table):
    path = table("text,label\ngood film,\nbad film,new\n")
    done = embedkit_command("predict", run, "--input", path, "--reader", "csv")
    assert [line.split("\t")[0] for line in done.out.splitlines()] == ["pos", "neg"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--reader", "csv", "--text", "reviews"], "unknown column 'reviews' - did you mean 'review'?"),
        (["--reader", "cvs"], "unknown reader 'cvs' - did you mean 'csv'?"),
        (["--reader", "csv", "--set", "delimeter=;"], "unknown key 'delimeter' - did you mean 'delimiter'?"),
        (["--text", "review"], "name it with --reader"),
        (["--reader", "csv", "a text"], "without any TEXT"),
    ],
)
def test_what_cannot_be_read_is_named(embedkit_command, run, table, arguments, message):
    done = embedkit_command("predict", run, "--input", table(TABLES["csv"]), *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("name", ["table.csv", "table.TSV", "table.jsonl.gz"])
def test_a_table_that_is_read_as_lines_is_warned_of(embedkit_command, run, table, name):
    path = table("text\ngood film\n", name)
    done = embedkit_command("predict", run, "--input", path)
    assert done.code == 0
    assert f"warning: each line of {path} is taken as a text; to read its rows: --reader" in done.err


def test_a_device_or_nothing_is_no_input(embedkit_command, run, tmp_path):
    assert "is a device, not a regular file" in embedkit_command("predict", run, "--input", os.devnull).err
    done = embedkit_command("predict", run, "--input", tmp_path / "none.txt")
    assert done.code == 2
    assert done.err == f"error: {tmp_path / 'none.txt'}: cannot be read: No such file or directory\n"


class TestUnlabelledTexts:
    @pytest.fixture
    def unlabelled(self, run, tmp_path):
        test = {"use": "inline", "texts": ["good film", "bad film", "new"]}
        recipe = {"name": "unlabelled", "model": str(run), "data": {"test": test}}
        return embedkit.run(recipe, out=tmp_path / "unlabelled")

    def test_are_predicted_and_not_scored(self, unlabelled):
        assert unlabelled.metrics == {"test": {"n": 3}}
        assert [*unlabelled.predictions["predicted"]][:2] == ["pos", "neg"]
        assert {*unlabelled.predictions["label"]} == {""}

    def test_are_shown_as_such(self, embedkit_command, unlabelled, run, tmp_path):
        recipe = unlabelled.path / "recipe.yaml"
        done = embedkit_command("run", recipe, "--out", tmp_path / "again")
        assert done.code == 0
        assert "The 3 texts of test have no labels: what is predicted is in predictions.csv" in done.out
        assert "wrong" not in done.out
        explained = embedkit_command("explain", unlabelled.path, "--id", 2)
        assert "test 2: no label, predicted neg" in explained.out
        assert "not labelled" in explained.out
        assert embedkit_command("explain", unlabelled.path).code == 0
        compared = embedkit_command("compare", unlabelled.path, tmp_path / "again")
        assert (compared.code, "have no labels" in compared.err) == (2, True)

    def test_some_without_a_label_are_one_error(self, run, tmp_path):
        test = {"use": "jsonl", "path": str(tmp_path / "some.jsonl"), "label": "label"}
        rows = [{"text": "a", "label": "pos"}, *[{"text": "a", "label": None}] * 8]
        (tmp_path / "some.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        with pytest.raises(
            embedkit.errors.DataError, match=r"some.jsonl:2: the label is null\n.*label: null"
        ):
            embedkit.run({"name": "some", "model": str(run), "data": {"test": test}}, out=tmp_path / "out")


def test_python_takes_any_iterable_of_texts(run):
    classifier = embedkit.load(run)
    assert [*classifier.predict(text for text in ("good film", "bad film"))["predicted"]] == ["pos", "neg"]
    assert [*classifier.predict(pandas.Series(["bad film"], index=[7])).index] == [1]
    with pytest.raises(TypeError, match=r"texts\[1\] is None, not a text"):
        classifier.predict(["good film", None])
    assert classifier.predict([]).empty
