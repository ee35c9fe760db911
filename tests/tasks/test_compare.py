"""Finished runs against each other: what is told of them, and which are refused."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import embedkit
from embedkit.errors import RunError
from embedkit.evaluation.comparison.matching import judged, refuse_different
from embedkit.evaluation.comparison.pairs import changed_sides, compare_pair, coverage_by_side
from embedkit.evaluation.comparison.wording import pair_verdict
from embedkit.runs.directory import partial_of

TEXTS = [f"{mood} {thing}" for mood in ("good", "bad") for thing in "abcdefgh"]
LABELS = ["pos"] * 8 + ["neg"] * 8
TEST = ["good a", "bad b", "odd c", "good new", "bad new", "odd"]
TEST_LABELS = ["pos", "neg", "pos", "pos", "neg", "neg"]


def recipe(test=TEST, test_labels=TEST_LABELS, **more):
    return {
        "name": "small",
        "data": {
            "train": {"use": "inline", "texts": TEXTS, "labels": LABELS},
            "test": {"use": "inline", "texts": test, "labels": test_labels},
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 4},
        "encoder": "bag",
        "training": {"epochs": 2, "lr": 0.1},
        "evaluation": {"baselines": []},
        **more,
    }


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    """Runs a recipe once for each name."""
    home = tmp_path_factory.mktemp("runs")

    def make(name, changed):
        return embedkit.run(changed, out=home / name)

    return make


@pytest.fixture(scope="module")
def one(make):
    return make("one", recipe())


@pytest.fixture(scope="module")
def same(make):
    return make("same", recipe())


@pytest.fixture(scope="module")
def untrained(make):
    return make("untrained", recipe(training={"epochs": 1, "lr": 1e-9}, seed=5))


FOLDS = {"train": recipe()["data"]["train"], "folds": {"count": 4}}


@pytest.fixture(scope="module")
def crossed(make):
    return make("crossed", recipe(data=FOLDS, seeds=[1, 2]))


@pytest.fixture(scope="module")
def crossed_untrained(make):
    changed = recipe(data=FOLDS, seeds=[3, 4, 5], training={"epochs": 1, "lr": 1e-9})
    return make("crossed-untrained", changed)


def test_figures_are_those_of_the_predictions(one, untrained):
    found = embedkit.compare([one, str(untrained.path)])
    right = [
        (
            run.predictions.query("split == 'test'")["label"]
            == run.predictions.query("split == 'test'")["predicted"]
        )
        for run in (one, untrained)
    ]
    pair = found.pairs.iloc[0]
    assert (found.split, found.n, found.one_class) == ("test", 6, None)
    assert pair["difference"] == pytest.approx(right[1].mean() - right[0].mean())
    assert pair["only_first_right"] == (right[0] & ~right[1]).sum() > 0
    assert found.runs["run"].tolist() == ["one", "untrained"]
    assert found.runs["accuracy"].tolist() == [run.metrics["test"]["accuracy"] for run in (one, untrained)]
    assert sorted(found.changed["id"]) == sorted(
        one.predictions.query("split == 'test'")["id"][right[0] != right[1]]
    )
    assert found.coverage["n"].sum() == 6


def test_another_split_can_be_asked_for(one, untrained):
    assert embedkit.compare([one, untrained], split="train").n == 16


def test_plain_data_are_json(one, untrained, same):
    plain = embedkit.compare([one, untrained, same]).to_plain()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert [*plain] == ["split", "n", "one_class", "runs", "pairs", "coverage", "changed"]
    assert len(plain["pairs"]) == 3


def test_typed_rows_say_what_the_frames_do(one, untrained, same):
    found = embedkit.compare([one, untrained, same])
    assert [pair.second for pair in found.compared_pairs] == found.pairs["second"].tolist()
    assert [pair.p_holm for pair in found.compared_pairs] == found.pairs["p_holm"].tolist()
    assert [run.accuracy for run in found.compared_runs] == found.runs["accuracy"].tolist()
    assert [side.n for side in found.sides] == found.coverage["n"].tolist()
    examples = [*found.changed_examples()]
    assert [(each.id, each.first.run) for each in examples] == (
        [*zip(found.changed["id"], found.changed["first"], strict=True)]
    )
    assert [each.second.right for each in examples] == found.changed["second_right"].tolist()


def test_identical_predictions_are_said_to_be_the_same(one, same):
    pair = embedkit.compare([one, same]).pairs.iloc[0]
    assert (pair["difference"], pair["p"], pair["smallest_difference"]) == (0.0, 1.0, None)
    assert pair["ci95"] == pytest.approx([-(1 - 0.025 ** (1 / 6)), 1 - 0.025 ** (1 / 6)])
    assert pair["verdict"] == "one and same are right and wrong on the same 6 texts: they predict the same."
    assert embedkit.compare([one, same]).changed.empty


def test_one_class_is_remarked_upon(one, untrained, make):
    data = {"test": {"use": "inline", "texts": ["good a", "good new", "odd"], "labels": ["pos"] * 3}}
    runs = [
        make(f"one-class-{run.path.name}", {"name": "later", "model": str(run.path), "data": data})
        for run in (one, untrained)
    ]
    found = embedkit.compare(runs)
    assert found.one_class == "pos"
    assert found.n == 3


def test_nothing_to_compare_with(one):
    for runs in ([one], [], str(one.path), one.path):
        with pytest.raises(RunError, match="there is nothing to compare with: name two runs or more"):
            embedkit.compare(runs)


def test_a_run_is_not_compared_with_itself(one, untrained):
    with pytest.raises(RunError, match="one: this run is given twice"):
        embedkit.compare([one, untrained, one.path / ".." / "one"])


def test_an_unfinished_run_is_refused(one, tmp_path):
    partial_of(tmp_path / "later").mkdir()
    with pytest.raises(
        RunError, match="no finished run in this directory\n.*It was started and not finished"
    ):
        embedkit.compare([one, tmp_path / "later"])


def edited(run, tmp_path, name):
    """A copy of the run, one of whose files says something else."""
    copy = tmp_path / "edited"
    shutil.copytree(run.path, copy)
    (copy / name).write_text((copy / name).read_text().replace("neg", "pos").replace("0", "1"))
    return copy


@pytest.mark.parametrize("name", ["predictions.csv", "metrics.json"])
def test_a_run_whose_files_were_edited_is_refused(one, untrained, tmp_path, name):
    with pytest.raises(
        RunError, match=rf"edited/{name}: the file is not what the run wrote: SHA-256 differs$"
    ):
        embedkit.compare([one, edited(untrained, tmp_path, name)])


@pytest.mark.parametrize("name", ["predictions.csv", "folds/fold-2-seed-1/metrics.json"])
def test_so_is_one_of_several_whose_files_were(crossed, crossed_untrained, tmp_path, name):
    with pytest.raises(RunError, match=rf"edited/{name}: the file is not what the run wrote"):
        embedkit.compare([crossed_untrained, edited(crossed, tmp_path, name)])


def test_a_run_without_the_predictions_that_it_wrote_is_refused(one, untrained, tmp_path):
    copy = edited(untrained, tmp_path, "history.csv")
    (copy / "predictions.csv").unlink()
    with pytest.raises(RunError, match=r"predictions\.csv: the file is missing"):
        embedkit.compare([one, copy])


def test_files_that_are_not_read_do_not_matter(one, untrained, tmp_path):
    copy = edited(untrained, tmp_path, "history.csv")
    assert embedkit.compare([one, copy]).n == 6


def test_a_run_without_predictions_is_refused(one, make, tmp_path):
    (tmp_path / "pairs.tsv").write_text("good\tbad\t3.0\na\tb\t1.0\nc\td\t2.0\n")
    words = ["good", "bad", "a", "b", "c", "d"]
    vectors = ["".join(f"{word} {i} {i * i % 5} 1\n" for i, word in enumerate(words, 1))]
    (tmp_path / "v.txt").write_text(f"{len(words)} 3\n{vectors[0]}")
    intrinsic = make(
        "intrinsic",
        {
            "name": "intrinsic",
            "embedding": {"use": "word2vec-text", "path": str(tmp_path / "v.txt")},
            "intrinsic": {"similarity": [str(tmp_path / "pairs.tsv")]},
        },
    )
    with pytest.raises(RunError, match="intrinsic: this run predicted no texts"):
        embedkit.compare([one, intrinsic])


@pytest.mark.parametrize(
    ("name", "changed", "fault"),
    [
        (
            "texts",
            recipe(test=["good a", "bad z", *TEST[2:]]),
            r"one and texts: example 2 has another text: 'bad b' and 'bad z' \(1 of 6 differ\)",
        ),
        (
            "labels",
            recipe(test_labels=["neg", "pos", *TEST_LABELS[2:]]),
            r"one and labels: example 1 has another label: 'pos' and 'neg' \(2 of 6 differ\)",
        ),
        (
            "fewer",
            recipe(test=TEST[:4], test_labels=TEST_LABELS[:4]),
            "one and fewer: not evaluated on the same examples: "
            "2 examples of the first one alone, such as id 5; 4 of both\n.*is drawn by the seed",
        ),
        (
            "more",
            recipe(test=[*TEST[::-1], "odd"], test_labels=[*TEST_LABELS[::-1], "neg"]),
            "1 examples of the second one alone, such as id 7; 6 of both, whose texts differ$",
        ),
    ],
)
def test_other_examples_are_refused(one, make, name, changed, fault):
    with pytest.raises(RunError, match=fault):
        embedkit.compare([one, make(name, changed)])


def test_all_that_differ_are_named_at_once(one, make):
    others = [make(f"other-{i}", recipe(test=[*TEST[:5], f"odd {i}"])) for i in range(2)]
    with pytest.raises(RunError) as raised:
        embedkit.compare([one, *others])
    assert [fault.where for fault in raised.value.faults] == ["one and other-0", "one and other-1"]


def test_another_split_is_refused(one, untrained, make):
    data = {"train": recipe()["data"]["train"], "validation": recipe()["data"]["test"]}
    validated = make("validated", recipe(data=data))
    with pytest.raises(
        RunError, match="not evaluated on the same split: one on test, validated on validation"
    ):
        embedkit.compare([one, validated])
    with pytest.raises(RunError, match=r"no predictions of 'tset' \(allowed: train, test\)"):
        embedkit.compare([one, untrained], split="tset")


def test_folds_are_compared_example_by_example_and_fold_by_fold(crossed, crossed_untrained):
    found = embedkit.compare([crossed, crossed_untrained])
    pair = found.pairs.iloc[0]
    means = [[run.metrics["test"]["accuracy"] for run in each.folds] for each in (crossed, crossed_untrained)]
    by_fold = np.reshape(means[1], (4, 3)).mean(axis=1) - np.reshape(means[0], (4, 2)).mean(axis=1)
    assert pair["n"] == 16
    assert pair["difference"] == pytest.approx(by_fold.mean())
    statistic = by_fold.mean() / np.sqrt((1 / 4 + 4 / 12) * by_fold.var(ddof=1))
    from scipy.stats import t

    assert pair["p"] == pair["p_folds"] == pytest.approx(2 * t.sf(abs(statistic), 3))
    assert pair["error_seeds"] is not None
    assert found.runs["seeds"].tolist() == [2, 3]
    assert found.runs["folds"].tolist() == [4, 4]


def test_folds_that_differ_are_refused(crossed, make):
    data = {**FOLDS, "folds": {"count": 4, "seed": 9}}
    with pytest.raises(RunError, match=r"example \d+ was held out in fold \d and in fold \d"):
        embedkit.compare([crossed, make("crossed-otherwise", recipe(data=data, seeds=[1, 2]))])


def test_a_run_without_folds_is_not_compared_with_one_that_has_them(crossed, make):
    data = {"train": recipe()["data"]["train"], "test": recipe()["data"]["train"]}
    with pytest.raises(RunError, match="one of them was cross-validated, the other was not"):
        embedkit.compare([crossed, make("on-itself", recipe(data=data))])


def test_runs_of_one_name_are_told_apart_by_their_paths(one, make):
    again = make("elsewhere/one", recipe())
    assert embedkit.compare([one, again]).runs["run"].tolist() == [str(one.path), str(again.path)]


def run_of(outcomes, seeds=None, shares=None, name="run"):
    """The predictions of a run that has the examples right that are 1, for each seed."""
    rows = [
        {
            "id": i,
            "seed": seed,
            "text": f"t{i}",
            "label": "a",
            "predicted": "a" if right else "b",
            "oov_share": (shares or [0.0] * len(own))[i - 1],
            "content_oov_share": 0.5,
        }
        for seed, own in zip(seeds or [0], outcomes, strict=True)
        for i, right in enumerate(own, 1)
    ]
    return judged(name, pd.DataFrame(rows).sample(frac=1, random_state=0))


def test_three_runs_with_a_tie_by_hand():
    first, second, third = [1, 1, 0, 0, 1], [0, 1, 1, 0, 1], [1, 0, 0, 0, 0]
    tie = compare_pair(run_of([first], name="a"), run_of([second], name="b"), None)
    assert (tie.difference, tie.only_first_right, tie.only_second_right, tie.p) == (
        0.0,
        1,
        1,
        1.0,
    )
    apart = compare_pair(run_of([first]), run_of([third]), None)
    assert apart.difference == pytest.approx(-0.4)
    assert apart.p == 0.5
    said = pair_verdict(tie)
    low, high = (100 * end for end in tie.ci95)
    assert said == (
        f"a and b cannot be told apart: 0.0 points ({low:.1f} to {high:.1f}), p = 1.000, n = 5; "
        "too few texts come out differently to show any difference."
    )


def test_seeds_and_examples_apart_by_hand():
    first = run_of([[1, 1, 0, 0], [1, 0, 0, 0]], seeds=[1, 2])
    second = run_of([[1, 1, 1, 1], [1, 1, 1, 0]], seeds=[7, 8])
    pair = compare_pair(first, second, None)
    differences = np.array([0, 0.5, 1, 0.5])
    assert pair.difference == 0.5
    assert pair.error_examples == pytest.approx(differences.std(ddof=1) / 2)
    assert pair.error_seeds == pytest.approx(np.sqrt(2 * 0.03125 / 2))
    assert (pair.only_first_right, pair.only_second_right) == (0, 3)


def test_coverage_of_the_sides_by_hand():
    first = run_of([[1, 0, 1, 1]], shares=[0.0, 0.5, 0.25, 0.75])
    second = run_of([[0, 1, 1, 1]], shares=[0.2, 0.0, 0.25, 0.25])
    assert [(side.better, side.n) for side in coverage_by_side(first, second)] == [
        ("first", 1),
        ("second", 1),
        ("neither", 2),
    ]
    assert [(s.first_oov_share, s.second_oov_share) for s in coverage_by_side(first, second)] == [
        (0.0, 0.2),
        (0.5, 0.0),
        (0.5, 0.25),
    ]
    changed = changed_sides(first, second)
    assert changed["id"].tolist() == [1, 2]
    assert changed["second_predicted"].tolist() == ["b", "a"]


def test_an_example_stands_once_for_each_seed():
    frame = pd.DataFrame({"id": [1, 1], "label": ["a", "a"], "predicted": ["a", "b"], "text": ["t", "t"]})
    with pytest.raises(RunError, match="run: example 1 was predicted twice"):
        judged("run", frame)
    with pytest.raises(
        RunError, match="run: its seeds were not evaluated on the same examples\n.*by the seed"
    ):
        judged("run", frame.assign(seed=[1, 2], id=[1, 2]))


def told(difference, p_holm, **more):
    tie = compare_pair(run_of([[1, 0]], name="a"), run_of([[0, 1]], name="b"), None)
    figures = {
        "n": 1066,
        "difference": difference,
        "ci95": [difference - 0.01, difference + 0.01],
        "only_first_right": 3,
        "only_second_right": 5,
        "other_predictions": 8,
        "smallest_difference": 0.024,
        "error_examples": 0.005,
        "p_holm": p_holm,
    }
    return pair_verdict(replace(tie, **{**figures, **more}))


def test_no_more_is_said_than_the_figures_do():
    better = "b is better than a: +2.3 points (1.3 to 3.3), p = 0.012, n = 1,066."
    apart = "a and b cannot be told apart: +2.3 points (1.3 to 3.3), p = "
    missed = ", n = 1,066; a difference below 2.4 points would often be missed."
    assert told(0.023, 0.012) == better
    assert told(0.023, 0.012, error_seeds=0.001) == better
    assert told(0.023, 0.012, error_seeds=0.02) == f"{apart}0.012{missed}"
    assert told(0.023, 0.05) == f"{apart}0.050{missed}"
    assert told(0.023, None).startswith(
        "a and b cannot be told apart: +2.3 points (1.3 to 3.3), p not defined"
    )
    assert told(-0.023, 0.0001) == "b is worse than a: -2.3 points (-3.3 to -1.3), p < 0.001, n = 1,066."
    same = told(0.0, 1.0, only_first_right=0, only_second_right=0)
    assert same == "a and b are right and wrong on the same 1,066 texts."


def test_the_first_of_the_runs_is_the_measure():
    runs = [run_of(own, name=name) for name, own in {"a": [[1, 0]], "b": [[1, 0]], "c": [[1, 0, 1]]}.items()]
    with pytest.raises(RunError, match=r"^a and c: "):
        refuse_different(runs)
