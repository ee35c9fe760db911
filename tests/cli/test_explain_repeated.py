"""`embedkit explain` of runs of folds and seeds, and what such a run prints of its analysis."""

from __future__ import annotations

import json

import pytest
from rich.cells import cell_len
from rich.console import Console

import embedkit
from embedkit.evaluation.oov.curve import Curve, CurvePoint
from embedkit.evaluation.result import SplitSummary
from embedkit.evaluation.summary import Estimate, summarize_numbers
from embedkit.experiments.ablation import AblationResult
from embedkit.report.terminal.ablation import curve_table, planned
from embedkit.report.terminal.repeated import repeated_table
from embedkit.report.terminal.run import print_results
from embedkit.runs.wrong_texts import read_wrong

TEXTS = [f"{mood} {thing} x{i}" for i, thing in enumerate(["film", "plot"] * 8) for mood in ("good", "bad")]


@pytest.fixture(scope="module")
def recipe():
    return {
        "name": "crossed",
        "seed": 3,
        "data": {
            "train": {"use": "inline", "texts": TEXTS, "labels": ["pos", "neg", "neg", "neg"] * 8},
            "folds": {"count": 2},
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 8},
        "encoder": {"use": "bag"},
        "training": {"epochs": 4, "lr": 0.02},
        "evaluation": {"metrics": ["accuracy"], "baselines": []},
    }


@pytest.fixture(scope="module")
def folds(recipe, tmp_path_factory):
    return embedkit.run(recipe, out=tmp_path_factory.mktemp("runs") / "folds")


@pytest.fixture(scope="module")
def seeds(recipe, tmp_path_factory):
    return embedkit.run({**recipe, "seeds": [4, 9]}, out=tmp_path_factory.mktemp("runs") / "seeds")


def unwrapped(printed):
    return " ".join(printed.split())


def test_after_a_run_of_folds_stands_what_stands_after_any(folds, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    print_results(folds)
    printed = capsys.readouterr().out
    accuracy = folds.metrics["test"]["accuracy"]["mean"]
    assert printed.startswith(f"Accuracy on test is {accuracy:.3f}, the mean of 2 folds (95% interval 0.000–")
    assert "of 32 texts of test are wrong" in printed
    *shown, everything, more = printed.splitlines()
    assert max(map(cell_len, shown)) <= 80
    assert everything == f"Everything is in {folds.path}/"
    assert more == f"More of it: embedkit explain {folds.path}"


def test_five_metrics_of_ten_folds_and_seeds_fit_into_80_columns():
    figure = Estimate(0.5, 0.1, (0.4, 0.6), (0.5, 0.5))
    metrics = dict.fromkeys(("accuracy", "f1", "roc-auc", "log-loss"), figure)
    split = SplitSummary(summarize_numbers([1066, 1066]), figure, metrics)
    table = repeated_table("test", ["fold-0-seed-1", "fold-9-seed-10"], split)
    assert Console().measure(table).maximum <= 80


def test_after_several_seeds_the_verdict_is_that_of_all(seeds, capsys):
    print_results(seeds)
    printed = unwrapped(capsys.readouterr().out)
    assert ", the mean of 2 folds with 2 seeds each (" in printed
    assert "2 seeds" in printed.partition("Errors")[2] or "of 2 seeds." in printed


def test_several_seeds_stand_beside_each_other(seeds, embedkit_command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    printed = embedkit_command("explain", seeds.path).out
    assert "The error rates are means over 2 seeds" in printed
    for seed, frames in seeds.oov.seeds.items():
        (line,) = [line for line in printed.splitlines() if line.startswith(f"{seed} ")]
        assert line.split()[1] == str(frames.figures["splits"]["test"]["errors"]["wrong"])
    assert seeds.oov.verdicts["test"] in unwrapped(printed)
    assert "…" not in printed
    assert max(map(cell_len, printed.splitlines())) <= 80


def test_a_text_that_several_seeds_got_wrong_stands_once(seeds):
    wrong = read_wrong(seeds, "test")
    frame = seeds.predictions
    missed = frame[frame["label"] != frame["predicted"]].groupby("id").size()
    assert len(wrong.first) == wrong.wrong == len(missed)
    assert {text.id: text.wrong_with for text in wrong.first} == missed.to_dict()
    assert {text.seeds for text in wrong.first} == {2}
    assert wrong.always_wrong == (missed == 2).sum()
    assert wrong.with_oov == sum((text.content_oov_share or 0) > 0 for text in wrong.first)
    shares = [text.content_oov_share for text in wrong.first]
    assert shares == sorted(shares, reverse=True)
    few = read_wrong(seeds, "test", shown=2)
    assert (few.wrong, few.first) == (wrong.wrong, wrong.first[:2])


def test_the_whole_is_explained_as_a_single_run_is(folds, seeds, embedkit_command):
    for run in (folds, seeds):
        done = embedkit_command("explain", run.path)
        assert done.code == 0
        for part in (
            "95% to",
            "tokens of",
            "\ntest\n",
            "missing",
            "another policy than zero",
            "what training did",
        ):
            assert part in done.out, part
        assert json.loads(embedkit_command("explain", run.path, "--json").out) == run.oov.figures
    assert "The error rates are means over 2 seeds" in done.out


def test_a_text_is_explained_by_the_run_that_held_it_out(folds, embedkit_command):
    (text,) = json.loads(embedkit_command("explain", folds.path, "--id", 5, "--json").out)
    (own,) = [run for run in folds.folds if run.path.name == text["run"]]
    (alone,) = json.loads(embedkit_command("explain", own.path, "--id", 5, "--json").out)
    assert alone.items() <= text.items()
    assert alone["split"] == "test"
    assert embedkit_command("explain", folds.path, "--id", 5).out.startswith(f"{text['run']}, test 5: ")


def test_of_several_seeds_each_explains_it_by_name(seeds, embedkit_command):
    texts = json.loads(embedkit_command("explain", seeds.path, "--id", 5, "--json").out)
    fold = seeds.predictions.query("id == 5")["fold"].unique().item()
    assert [text["run"] for text in texts] == [f"fold-{fold}-seed-4", f"fold-{fold}-seed-9"]
    assert [text["probability"] for text in texts] == seeds.predictions.query("id == 5")[
        "probability"
    ].tolist()


@pytest.mark.parametrize(
    ("options", "says"),
    [(["--id", "99"], "no text of test has the id 99"), (["--id", "1", "--split", "train"], "allowed: test")],
)
def test_what_was_not_held_out_is_an_error(folds, embedkit_command, options, says):
    done = embedkit_command("explain", folds.path, *options)
    assert done.code == 2
    assert says in done.err


def test_the_curve_and_what_it_takes_fit_into_80_columns():
    change = Estimate(-0.123, 0.2, (-0.301, 0.299), (-0.3, 0.1))
    accuracy = Estimate(0.7, 0.05, (0.65, 0.75), (0.7, 0.7))
    covered = summarize_numbers([1.0, 1.0])
    points = tuple(CurvePoint(hidden, accuracy, change, covered) for hidden in (0.0, 0.4))
    table = curve_table(AblationResult("runs/one", "validation", Curve("seeds", points)))
    assert Console().measure(table).maximum <= 80
    names = [f"fold-{fold}" for fold in range(10)]
    assert planned([0.0, 0.1, 0.4], names, 0) == (
        "30 trainings: 0%, 10% and 40% of the vectors hidden, each 10 times (fold-0 to fold-9)"
    )
    assert planned([0.0, 0.1], names, 3).endswith("(fold-0 to fold-9); 3 of them are finished")
