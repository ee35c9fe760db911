"""Intrinsic evaluations from end to end, from Python and from the command line."""

from __future__ import annotations

import json
import shlex

import pytest
from gensim.test.utils import datapath

import embedkit
from embedkit.cli import main
from embedkit.errors import DataError, RunError
from embedkit.evaluation.intrinsic import Matching, analogies, read_pairs, read_questions, similarity
from embedkit.vectors import open_vectors

VECTORS = datapath("euclidean_vectors.bin")


def recipe(**section):
    return {
        "name": "vectors",
        "embedding": {"use": "word2vec-binary", "path": VECTORS},
        "intrinsic": {
            "similarity": [datapath("wordsim353.tsv"), datapath("simlex999.txt")],
            "analogies": [datapath("questions-words.txt")],
            **section,
        },
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return embedkit.run(recipe(restrict=2000), out=tmp_path_factory.mktemp("runs") / "vectors")


def test_the_metrics_are_those_of_the_functions(finished):
    source, matching = open_vectors(VECTORS), Matching(restrict=2000)
    for name in ("wordsim353.tsv", "simlex999.txt"):
        expected = similarity(source, read_pairs(datapath(name)), matching)
        figures = finished.metrics[name[:-4]]
        assert (figures["spearman"], figures["p_value"]) == (expected.rho, expected.p_value)
        assert (figures["pairs"], figures["n"]) == (len(expected.pairs), expected.n)
        assert figures["oov_share"] == expected.oov_share == 1 - figures["n"] / figures["pairs"]
        assert figures["undefined"] is None
    expected = analogies(source, read_questions(datapath("questions-words.txt")), matching)
    figures = finished.metrics["questions-words"]
    assert figures["accuracy"] == expected.accuracy == figures["correct"] / figures["n"]
    assert figures["questions"] == 19_544
    assert {name: part["correct"] for name, part in figures["sections"].items()} == {
        name: part.correct for name, part in expected.sections().items()
    }
    assert sum(part["n"] for part in figures["sections"].values()) == figures["n"] > 50


def test_every_pair_and_every_question_has_a_row(finished):
    pairs = finished.read_csv("similarity.csv")
    assert pairs["set"].value_counts().to_dict() == {"simlex999": 999, "wordsim353": 353}
    asked = pairs[(pairs["found_first"] != "") & (pairs["found_second"] != "")]
    assert len(asked) == sum(finished.metrics[name]["n"] for name in ("simlex999", "wordsim353"))
    assert (asked["cosine"].astype(float).abs() <= 1.000001).all()
    questions = finished.read_csv("analogies.csv")
    assert len(questions) == 19_544
    assert (questions["correct"] == 1).sum() == finished.metrics["questions-words"]["correct"]
    assert (questions["predicted"] != "").sum() == finished.metrics["questions-words"]["n"]
    assert questions.loc[0, ["section", "a", "line"]].to_list() == ["capital-common-countries", "Athens", 2]


def test_the_run_is_complete_and_can_be_made_again(finished, tmp_path):
    finished.verify()
    inputs = finished.read_json("environment.json")["inputs"]
    assert [*inputs] == [
        "embedding.path",
        "intrinsic.similarity.0",
        "intrinsic.similarity.1",
        "intrinsic.analogies.0",
    ]
    again = embedkit.run(finished.path / "recipe.yaml", out=tmp_path / "again")
    for name in ("recipe.yaml", "metrics.json", "similarity.csv", "analogies.csv"):
        assert (again.path / name).read_bytes() == (finished.path / name).read_bytes()


def test_a_set_without_a_word_in_common_has_no_figure_and_says_so(tmp_path, capsys):
    (tmp_path / "odd.txt").write_text("qwzx qwzy 1\nqwzx qwzz 2\n")
    (tmp_path / "questions.txt").write_text(": odd\na qwzx b qwzy\n")
    with pytest.raises(SystemExit) as ended:
        main(
            shlex.split(
                f"run intrinsic-similarity --out {tmp_path}/run"
                f" --set 'intrinsic.similarity=[{tmp_path}/odd.txt]'"
                f" --set 'intrinsic.analogies=[{tmp_path}/questions.txt]'"
            )
        )
    assert ended.value.code == 0
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert metrics["odd"] == {
        "task": "similarity", "pairs": 2, "n": 0, "oov": 2, "oov_share": 1.0,
        "spearman": None, "p_value": None, "undefined": "no pair could be asked",
    }  # fmt: skip
    assert metrics["questions"]["accuracy"] is None
    printed = capsys.readouterr().out
    assert "odd: not defined, because no pair could be asked" in printed
    assert "100.0%" in printed


def test_the_command_prints_figures_with_what_could_not_be_asked(tmp_path, capsys):
    arguments = ["run", "intrinsic-analogies", "--set", "intrinsic.missing=zero"]
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--out", str(tmp_path / "run")])
    assert ended.value.code == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["family", "506", "96.0%", "506", "1", "0.2%"] in lines
    assert ["all", "19,544", "97.9%", "19,544", "1", "0.0%"] in lines


def test_other_spellings_are_taken_from_the_chain(tmp_path):
    (tmp_path / "pairs.txt").write_text("CITY town 1\ncity village 2\ncity house 3\n")
    section = {"similarity": [str(tmp_path / "pairs.txt")], "analogies": [], "case": "exact"}
    strict = embedkit.run(recipe(**section), out=tmp_path / "strict")
    lenient = embedkit.run({**recipe(**section), "oov": ["case"]}, out=tmp_path / "lenient")
    assert lenient.metrics["pairs"]["oov"] == strict.metrics["pairs"]["oov"] - 1
    assert lenient.read_csv("similarity.csv")["found_first"][0] == "city"


def test_a_malformed_set_and_a_missing_one_are_named(tmp_path):
    (tmp_path / "pairs.txt").write_text("city town 1\ncity village\n")
    with pytest.raises(DataError, match=r"pairs.txt:2: expected word, word and score, got 2 fields"):
        embedkit.run(recipe(similarity=[str(tmp_path / "pairs.txt")]), out=tmp_path / "run")
    with pytest.raises(DataError, match=r"intrinsic.similarity.0: .*absent.txt"):
        embedkit.run(recipe(similarity=[str(tmp_path / "absent.txt")]), out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_such_a_run_has_no_classifier(finished):
    with pytest.raises(RunError, match="this run trained no model"):
        embedkit.load(finished.path)
