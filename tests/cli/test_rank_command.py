"""`embedkit rank`: what it says of wrong input, and its JSON; rankings are in tests/experiments."""

import json

import pytest

from embedkit.cli import main


@pytest.fixture
def reviews(tmp_path, monkeypatch):
    """A folder with a data file; it is the current one."""
    monkeypatch.chdir(tmp_path)
    rows = [
        f"{number};number {number} is a {'good' if number % 2 else 'bad'} film;{number % 2}"
        for number in range(40)
    ]
    (tmp_path / "reviews.csv").write_text("\n".join(["id;review;stars", *rows]) + "\n")
    for name in ("majority", "nbsvm"):
        text = f"name: {name}\ndata: {{train: {{use: csv, path: x.csv}}}}\nbaseline: {name}\n"
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def ended(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["rank", *arguments])
    return ended.value.code


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["quickstrt"], "unknown file or recipe 'quickstrt' - did you mean 'quickstart'"),
        (["missing.csv"], "missing.csv: does not exist"),
        (["reviews.csv", "--label", "star"], "--label: unknown column 'star' - did you mean 'stars'"),
        (["reviews.csv", "--metric", "acuracy"], "unknown metric 'acuracy' - did you mean 'accuracy'"),
        (["reviews.csv", "--vectors", "none.bin"], "none.bin: cannot be read"),
        (["reviews.csv", "--candidates", "nbsvm.yaml", "--candidates", "nbsvm.yaml"], "are called 'nbsvm'"),
        (["intrinsic-analogies"], "this recipe trains no model"),
        (["reviews.csv", "--resume"], "there is nothing to resume"),
        (["reviews.csv", "--jobs", "2", "--executor", "serial", "--address", "auto"], "has no address"),
    ],
)
def test_wrong_input_is_told_and_nothing_is_left(reviews, arguments, said, capsys):
    before = {*reviews.iterdir()}
    assert ended(*arguments) == 2
    assert said in capsys.readouterr().err
    assert {*reviews.iterdir()} == before


def test_a_directory_that_exists_is_not_written_into(reviews, capsys):
    (reviews / "out").mkdir()
    assert ended("reviews.csv", "--out", "out", "--candidates", "nbsvm.yaml") == 2
    assert "the directory exists already" in capsys.readouterr().err
    assert not [*(reviews / "out").iterdir()]


def test_json_is_one_document_and_quiet_says_nothing(reviews, capsys):
    candidates = ["--candidates", "nbsvm.yaml", "--candidates", "majority.yaml"]
    options = [*candidates, "--folds", "2", "--executor", "serial"]
    assert ended("reviews.csv", "--out", "a", "--json", *options) == 0
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert document == json.loads((reviews / "a" / "ranking.json").read_text())
    assert {*document["candidates"]} == {"nbsvm", "majority"}
    assert "review" in printed.err
    assert ended("reviews.csv", "--out", "b", "-q", *options) == 0
    assert capsys.readouterr() == ("", "")
