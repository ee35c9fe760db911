"""What `embedkit compare --json` printed into a file is the same comparison when it is read again."""

from __future__ import annotations

import json

import pytest

import embedkit
from embedkit.errors import RunError
from embedkit.evaluation.comparison.result import Comparison
from embedkit.tasks.stored_comparison import read_comparison

TEXTS = [f"{mood} {thing}" for mood in ("good", "bad") for thing in ("film", "plot", "cast", "score")]
TRAIN = {"use": "inline", "texts": TEXTS, "labels": ["pos"] * 4 + ["neg"] * 4}
TEST = {
    "use": "inline",
    "texts": ["good", "סרט טוב", "\x1b[31mred", "bad", "odd zzz", "the"],
    "labels": ["pos", "neg", "pos", "neg", "pos", "neg"],
}
RECIPE = {
    "name": "small",
    "data": {"train": TRAIN, "test": TEST},
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 4},
    "encoder": "bag",
    "training": {"epochs": 30, "lr": 0.1},
    "evaluation": {"baselines": []},
}
SEEDS = {**RECIPE, "seeds": [1, 2]}
FOLDS = {**RECIPE, "data": {"train": TRAIN, "folds": {"count": 2}}}
CHANGES = {"a": {}, "b": {"training.lr": 1e-9}, "c": {}}
"""A run, one that learns nothing, and one that is the same."""

NO_COMPARISON = ["[]", "{}", "1", '{"split": "test", "n": 6, "runs": []}']


def compared(recipe, home, names) -> Comparison:
    runs = [embedkit.run(recipe, out=home / name, set=CHANGES[name]).path for name in names]
    return embedkit.compare(runs)


@pytest.fixture(scope="module")
def comparison(tmp_path_factory) -> Comparison:
    return compared(RECIPE, tmp_path_factory.mktemp("runs"), "abc")


@pytest.fixture
def write(tmp_path):
    """Write text to a file, and return its path."""

    def write(text: str):
        path = tmp_path / "comparison.json"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def check_again(made: Comparison, again: Comparison) -> None:
    """Fail unless a comparison that was read again has all that it had."""
    assert len(made.changed) > 0
    assert again.to_plain() == made.to_plain()
    assert again.compared_runs == made.compared_runs
    assert again.compared_pairs == made.compared_pairs
    assert again.sides == made.sides
    assert [*again.changed_examples()] == [*made.changed_examples()]
    assert again.short_report() == made.short_report()


def test_all_comes_back(comparison, write):
    check_again(comparison, read_comparison(write(json.dumps(comparison.to_plain()))))


@pytest.mark.parametrize("recipe", [SEEDS, FOLDS], ids=["seeds", "folds"])
def test_what_seeds_and_folds_add_comes_back(recipe, write, tmp_path):
    made = compared(recipe, tmp_path, "ab")
    check_again(made, read_comparison(write(json.dumps(made.to_plain()))))


def test_nothing_that_changed_is_a_table_without_rows(comparison, write):
    again = read_comparison(write(json.dumps({**comparison.to_plain(), "changed": []})))
    assert {*again.changed.columns} == {*comparison.changed.columns}
    assert [*again.changed_examples()] == []


@pytest.mark.parametrize("text", NO_COMPARISON)
def test_other_json_is_no_comparison(text, write):
    with pytest.raises(RunError, match=r"comparison\.json: this file is no comparison of runs\n.*--json"):
        read_comparison(write(text))


@pytest.mark.parametrize("text", ["", "name: small", "[" * 100_000, '{"n": NaN}'])
def test_what_is_not_json_is_told_with_what_is_expected(text, write):
    with pytest.raises(RunError, match=r"comparison\.json: damaged: .*\n.*--json"):
        read_comparison(write(text))


@pytest.mark.parametrize(
    ("keys", "value", "said"),
    [
        (("n",), -1, "n: "),
        (("n",), True, "n: "),
        (("runs",), [], "runs: "),
        (("runs", 0, "accuracy"), "high", "runs.0.accuracy: "),
        (("pairs", 0, "difference"), 1e999, "pairs.0.difference: "),
        (("pairs", 1, "ci95"), [0.1], "pairs.1.ci95.1: "),
        (("pairs", 1), {}, "pairs.1.first: "),
        (("coverage", 0, "better"), "third", "coverage.0.better: "),
        (("changed", 0, "text"), None, "changed.0.text: "),
        (("changed", 0), {}, "changed.0.id: "),
    ],
)
def test_a_figure_that_cannot_be_is_refused_by_its_key(keys, value, said, comparison, write):
    content = comparison.to_plain()
    place = content
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    with pytest.raises(RunError, match=f"comparison\\.json: damaged: {said}"):
        read_comparison(write(json.dumps(content).replace("Infinity", "1e999")))
