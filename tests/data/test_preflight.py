from __future__ import annotations

import os
from pathlib import Path

import pytest

from embedkit.data.examples import Examples
from embedkit.data.preflight import check_examples, check_separator, raise_or_warn
from embedkit.errors import DataError
from embedkit.interfaces import Example


def examples(*rows):
    return Examples.of(Example(i, text, label) for i, (text, label) in enumerate(rows, 1))


def found(**splits):
    return [str(fault) for fault in check_examples(splits)]


def test_good_data_has_no_faults():
    assert found(train=examples(("a", "x"), ("b", "y")), test=examples(("c", "x"))) == []


def test_what_is_wrong_within_a_split():
    rows = examples(("a", "x"), ("b", "y"), ("a", "x"), ("b", "x"), (" ", "y"))
    train = Examples.of([*rows, Example(1, "c", "x")])
    assert found(train=train) == [
        "data.train: 1 ids occur more than once: 1",
        "data.train: 1 texts are empty: examples 5",
        "data.train: 2 texts occur more than once: examples 1 = 3, 2 = 4",
        "data.train: 1 texts occur with different labels: examples 2 = 4",
    ]


def test_texts_that_spell_a_missing_value():
    (missing, *_) = found(train=examples(("nan", "x"), ("None", "y"), ("none", "x"), ("naan", "y")))
    assert missing == "data.train: 2 texts are the word for a missing value, such as nan: examples 1, 2"


def test_groups_in_two_splits():
    train, test = (
        Examples.of(
            Example(number, f"{split} {number}", "x", group) for number, group in enumerate(groups, 1)
        )
        for split, groups in (("train", ["ann", "bob", None]), ("test", ["bob", None, "ann", "cy"]))
    )
    assert found(train=train, test=test) == ["data.test: 2 groups are in the train split too: ann, bob"]


def test_texts_in_two_splits():
    splits = {"train": examples(("a", "x"), ("b", "y")), "test": examples(("c", "x"), ("b", "y"), ("", "x"))}
    assert found(**splits) == [
        "data.test: 1 texts are empty: examples 3",
        "data.test: 1 texts are in the train split too: examples 2 = 2",
    ]


def test_a_separator_that_separates_nothing():
    train = examples(("a", "x;y"), ("b", ""), ("c", "x"))
    assert check_separator(train, ";") == check_separator(train, None) == []
    (fault,) = check_separator(train, "|")
    said = "no text of the training split has two labels: is it '|' that separates them?"
    assert str(fault) == f"data.label_separator: {said}"


def test_only_a_few_are_named():
    (fault,) = found(train=examples(*[(str(i % 9), "x") for i in range(18)]))
    assert (
        fault
        == "data.train: 9 texts occur more than once: examples 1 = 10, 2 = 11, 3 = 12, 4 = 13, 5 = 14, …"
    )


def test_a_fault_is_a_warning_or_where_strict_an_error(caplog):
    faults = check_examples({"train": examples(("a", "x"), ("a", "y"))})
    raise_or_warn(faults, strict=False)
    assert [record.getMessage() for record in caplog.records] == [str(fault) for fault in faults]
    with pytest.raises(DataError) as caught:
        raise_or_warn(faults, strict=True)
    assert caught.value.faults == faults
    raise_or_warn([], strict=True)


@pytest.mark.skipif("EMBEDKIT_DATA" not in os.environ, reason="EMBEDKIT_DATA is not set")
def test_the_two_sentences_that_sst_trains_and_tests_on():
    def read(name):
        lines = Path(os.environ["EMBEDKIT_DATA"], name).read_text(encoding="utf-8").rstrip("\n").split("\n")
        return examples(*[line.split("\t")[::-1] for line in lines])

    shared = [f for f in found(train=read("sst2.train.tsv"), test=read("sst2.test.tsv")) if "split too" in f]
    assert len(shared) == 1
    assert shared[0].startswith(
        "data.test: 2 texts are in the train split too: examples 941 = 153, 2422 = 1451"
    )
