"""Baselines beside a model: what metrics.json says of them, and what the terminal makes of it."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import import_module
from io import StringIO
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

import embedkit
from embedkit.errors import ComponentError
from embedkit.evaluation.comparison.baselines import against as compared
from embedkit.evaluation.comparison.repeated_baselines import summarize_baselines
from embedkit.evaluation.comparison.several import corrected_t_test
from embedkit.evaluation.comparison.wording import beside_baselines, points
from embedkit.evaluation.result import BaselineResult, LeftOut
from embedkit.interfaces.contracts import check_chosen
from embedkit.report.terminal.baselines import chosen_lines, print_baselines

SENTENCES = [
    "highly respectable work",
    "great cast",
    "best film",
    "well done",
    "poor effort",
    "bad nerd humour",
    "not good",
]
LABELS = ["1", "1", "1", "1", "0", "0", "0"]
NAMES = ["majority", "tfidf-logistic-regression", "nbsvm"]


def recipe(texts=SENTENCES, labels=LABELS, **more):
    return {
        "name": "small",
        "data": {
            "train": {"use": "inline", "texts": texts, "labels": labels},
            "test": {"use": "inline", "texts": texts[:1] + texts[-3:], "labels": labels[:1] + labels[-3:]},
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 4},
        "encoder": "bag",
        "training": {"epochs": 1},
        **more,
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return embedkit.run(recipe(), out=tmp_path_factory.mktemp("runs") / "small")


def test_every_split_has_the_figures_of_every_baseline(finished):
    for split, n in (("train", 7), ("test", 4)):
        baselines = finished.metrics[split]["baselines"]
        assert [*baselines] == NAMES
        for each in baselines.values():
            against = each["against_model"]
            model = finished.metrics[split]["accuracy"]
            assert each["accuracy"] - model == pytest.approx(against["difference"])
            right = against["only_baseline_right"] - against["only_model_right"]
            assert right / n == pytest.approx(against["difference"])
            low, high = against["ci95"]
            assert low <= against["difference"] <= high
            assert 0 < against["p"] <= against["p_holm"] <= 1
    assert finished.metrics["train"]["baselines"]["majority"]["accuracy"] == 4 / 7
    assert finished.metrics["test"]["baselines"]["majority"]["accuracy"] == 1 / 4
    assert finished.metrics["train"]["baselines"]["nbsvm"]["accuracy"] == 1.0


def test_they_have_the_recipes_metrics_and_accuracy_in_any_case(tmp_path):
    run = embedkit.run(recipe(evaluation={"metrics": ["f1"], "baselines": ["nbsvm"]}), out=tmp_path / "run")
    figures = run.metrics["train"]["baselines"]["nbsvm"]
    assert [*figures] == ["accuracy", "accuracy_ci95", "f1", "against_model"]
    assert figures["f1"] == 1.0
    assert "accuracy" not in run.metrics["train"]


def test_the_same_run_has_the_same_bytes(finished, tmp_path):
    again = embedkit.run(recipe(), out=tmp_path / "again")
    assert (again.path / "metrics.json").read_bytes() == (finished.path / "metrics.json").read_bytes()


def test_an_empty_list_leaves_metrics_as_they_were(finished, tmp_path):
    run = embedkit.run(recipe(evaluation={"baselines": []}), out=tmp_path / "run")
    expected = json.loads((finished.path / "metrics.json").read_text())
    for split in expected.values():
        del split["baselines"]
    assert run.metrics == expected


def test_what_cannot_be_fitted_is_left_out_with_the_reason(tmp_path):
    blank = recipe([" ", "\t", "\u3000"], ["1", "1", "0"], tokenizer={"use": "regex", "pattern": r"\s"})
    run = embedkit.run(blank, out=tmp_path / "run")
    baselines = run.metrics["train"]["baselines"]
    assert baselines["nbsvm"] == {"left_out": "no training text has a word in it"}
    assert "accuracy" in baselines["majority"]
    left_out = "tfidf-logistic-regression and nbsvm are left out: no training text has a word in it"
    assert left_out in shown(run).splitlines()


MANY = [f"{mood} {thing}{mark}" for mood in ("good", "bad") for mark in ".?!" for thing in "abcdefghij"]


def test_what_a_baseline_chose_is_written_and_shown(tmp_path):
    labels = ["1"] * 30 + ["0"] * 30
    run = embedkit.run(recipe(MANY, labels), out=tmp_path / "run")
    for split in ("train", "test"):
        baselines = run.metrics[split]["baselines"]
        assert {*baselines["nbsvm"]["chosen"]} == {"ngrams", "c", "beta", "accuracy"}
        assert {*baselines["tfidf-logistic-regression"]["chosen"]} == {"ngrams", "c", "accuracy"}
        assert "chosen" not in baselines["majority"]
    chosen = baselines["nbsvm"]["chosen"]
    line = f"nbsvm chose ngrams {chosen['ngrams']}, c {chosen['c']:g}, beta {chosen['beta']:g}"
    assert line in [" ".join(each.split()) for each in shown(run).splitlines()]


def beside(difference=0.0, **chosen):
    right = np.array([1.0, 0.0])
    return BaselineResult(
        accuracy=0.5,
        accuracy_ci95=(0.1, 0.9),
        against_model=replace(compared(right, right), difference=difference),
        chosen=chosen,
    )


def test_of_several_runs_each_choice_is_listed_and_its_range_shown():
    runs = [{"x": beside(c=c, mode=m)} for c, m in ((1.0, "a"), (10.0, "b"))]
    together = summarize_baselines(runs, [0, 1], 0.1, {})
    assert together["x"].chosen.folds == ({"c": 1.0, "mode": "a"}, {"c": 10.0, "mode": "b"})
    assert chosen_lines(together) == ["x chose c 1 to 10, mode a to b"]
    alike = summarize_baselines([runs[0]] * 2, [0, 1], 0.1, {})
    assert chosen_lines(alike) == ["x chose c 1, mode a"]
    assert chosen_lines(runs[0]) == ["x chose c 1, mode a"]
    assert chosen_lines({"x": beside()}) == []


@pytest.mark.parametrize("chosen", [["c"], {1: 2}, {"c": None}, {"c": float("nan")}, {"c": [1]}])
def test_what_a_plugin_says_it_chose_is_checked(chosen):
    with pytest.raises(ComponentError, match="chosen.*: expected"):
        check_chosen(SimpleNamespace(chosen=chosen))
    assert check_chosen(SimpleNamespace(chosen={"c": 1, "kind": "x"})) == {"c": 1, "kind": "x"}
    assert check_chosen(object()) == {}


def test_several_labels_are_right_where_all_are(tmp_path):
    labels = ["a|b", "a", "a|b", "b", "", "b", "a"]
    changed = recipe(labels=labels)
    changed["data"]["label_separator"] = "|"
    run = embedkit.run(changed, out=tmp_path / "run")
    baselines = run.metrics["train"]["baselines"]
    assert baselines["majority"]["accuracy"] == 2 / 7
    assert baselines["nbsvm"]["accuracy"] > 2 / 7


def test_one_that_cannot_learn_several_labels_is_left_out(install, tmp_path):
    source = """
        from embedkit import hookimpl

        class Own:
            '''Knows one class a text.'''
            def fit(self, texts, labels, classes):
                raise AssertionError("it must not be asked")

        @hookimpl
        def register_baselines(register):
            register("own", Own)
    """
    install("embedkit-own", source, entries=["own"])
    changed = recipe(labels=["a|b", "a", "a|b", "b", "", "b", "a"], evaluation={"baselines": ["own"]})
    changed["data"]["label_separator"] = "|"
    run = embedkit.run(changed, out=tmp_path / "run")
    assert run.metrics["train"]["baselines"] == {"own": {"left_out": "it cannot learn a multilabel task"}}


def shown(run):
    console = Console(file=StringIO(), width=500)
    print_baselines("test", run.summaries["test"] if run.folds else run.results["test"], console)
    return console.file.getvalue()


def test_the_terminal_has_a_row_for_each_and_a_sentence(finished):
    lines = shown(finished).splitlines()
    assert [line.split()[0] for line in lines[2:5]] == NAMES
    assert "cannot be told apart from" in lines[-1]


def against(difference, ci95, p_holm, smallest=0.04):
    right = np.array([1.0, 0.0])
    figures = replace(
        compared(right, right),
        difference=difference, ci95=ci95, p_holm=p_holm, smallest_difference=smallest,
    )  # fmt: skip
    return replace(beside(), against_model=figures)


BETTER = against(0.0231, [0.006, 0.0402], 0.01)
WORSE = against(-0.2, [-0.25, -0.15], 0.0001)
ALIKE = against(-0.01, [-0.03, 0.01], 0.4)
FEW = against(0.0, [-0.01, 0.01], 1.0, None)


@pytest.mark.parametrize(
    ("baselines", "sentence"),
    [
        ({}, ""),
        ({"own": LeftOut("so")}, ""),
        ({"nbsvm": BETTER}, "nbsvm is better than this model: +2.3 points (0.6 to 4.0), n = 1,066."),
        ({"majority": WORSE}, "This model is better than majority."),
        (
            {"majority": WORSE, "nbsvm": ALIKE},
            "This model is better than majority; this model cannot be told apart from nbsvm, "
            "and a difference below 4.0 points would often be missed.",
        ),
        (
            {"a": BETTER, "b": WORSE, "c": WORSE},
            "a is better than this model: +2.3 points (0.6 to 4.0), n = 1,066; "
            "this model is better than b and c.",
        ),
        (
            {"a": FEW},
            "This model cannot be told apart from a, "
            "too few texts coming out differently to show any difference.",
        ),
    ],
)
def test_the_sentence_says_what_the_figures_do(baselines, sentence):
    assert beside_baselines(baselines, "n = 1,066") == sentence


def test_points_have_a_sign_but_zero():
    assert [points(share) for share in (0.0231, -0.12, 0.0, -0.0001, 0.0004)] == [
        "+2.3",
        "-12.0",
        "0.0",
        "0.0",
        "0.0",
    ]


def crossed_recipe(**more):
    data = {"train": recipe()["data"]["train"], "folds": {"count": 3}}
    return recipe(SENTENCES, LABELS, data=data, **more)


def test_over_folds_figures_are_summed_up_and_the_test_is_the_corrected_one(tmp_path):
    run = embedkit.run(crossed_recipe(seeds=[1, 2]), out=tmp_path / "run")
    own = [each.metrics["test"]["baselines"]["nbsvm"] for each in run.folds]
    found = run.metrics["test"]["baselines"]
    assert [*found] == NAMES
    assert found["nbsvm"]["accuracy"]["folds"] == [each["accuracy"] for each in own]
    differences = [each["against_model"]["difference"] for each in own]
    assert found["nbsvm"]["against_model"]["difference"]["folds"] == differences
    by_fold = np.reshape(differences, (3, 2)).mean(axis=1)
    ratio = max(each.metrics["test"]["n"] / each.metrics["train"]["n"] for each in run.folds)
    assert found["nbsvm"]["against_model"]["p"] == corrected_t_test([*by_fold], ratio)
    low, high = found["nbsvm"]["against_model"]["difference"]["ci95"]
    assert (low + high) / 2 == pytest.approx(np.mean(differences))
    assert [line.split()[0] for line in shown(run).splitlines()[2:5]] == NAMES


def test_over_seeds_alone_nothing_is_tested(tmp_path):
    run = embedkit.run(recipe(seeds=[1, 2]), out=tmp_path / "run")
    for each in run.metrics["test"]["baselines"].values():
        assert each["against_model"]["p"] is each["against_model"]["p_holm"] is None
    assert "cannot be told apart" not in shown(run)


COUNTING = """
    from embedkit import hookimpl
    from embedkit_baselines.majority import Majority

    FITTED = []

    class Counting(Majority):
        '''Notes to which texts it is fitted.'''
        def fit(self, texts, labels, classes):
            FITTED.append([*texts])
            return super().fit(texts, labels, classes)

    @hookimpl
    def register_baselines(register):
        register("counting", Counting)
"""


@pytest.fixture
def fitted(install):
    """To which texts the baseline `counting` was fitted, in order."""
    return import_module(install("embedkit-counting", COUNTING, entries=["counting"])).FITTED


@pytest.mark.parametrize(
    ("data", "times"), [({"folds": {"count": 3}}, 3), ({}, 1), ({"validation": {"share": 0.4}}, 3)]
)
def test_seeds_of_one_training_split_share_what_is_fitted(fitted, tmp_path, data, times):
    data = {"train": recipe()["data"]["train"], **data}
    changed = recipe(data=data, seeds=[1, 2, 3], evaluation={"baselines": ["counting"]})
    run = embedkit.run(changed, out=tmp_path / "run")
    assert len(fitted) == times
    alone = embedkit.run(run.folds[1].path / "recipe.yaml", out=tmp_path / "alone")
    assert alone.metrics == run.folds[1].metrics
    seen = [[*each.predictions.query("split == 'train'")["text"]] for each in run.folds]
    assert all(texts in fitted for texts in seen)


def test_one_that_a_fold_left_out_is_left_out():
    found = summarize_baselines([{"own": beside(0.1)}, {"own": LeftOut("so")}], [0, 1], 0.5, {})
    assert found == {"own": LeftOut("so")}


def test_what_folds_tell_is_said_of_runs():
    runs = [{"nbsvm": beside(difference)} for difference in (0.0199, 0.0201)]
    told = summarize_baselines(runs, [0, 1], 0.1, {})
    low, high = (100 * end for end in told["nbsvm"].against_model.interval)
    assert beside_baselines(told, "10 runs") == (
        f"nbsvm is better than this model: +2.0 points ({low:.1f} to {high:.1f}), 10 runs."
    )
    alike = replace(told["nbsvm"].against_model, p_holm=0.2)
    told = {"nbsvm": replace(told["nbsvm"], against_model=alike)}
    assert beside_baselines(told, "10 runs") == "This model cannot be told apart from nbsvm."
