from __future__ import annotations

from collections import Counter

import pytest

from embedkit.evaluation.coverage import coverage, oov_share
from embedkit.model.table_rows import TableRows
from embedkit.model.token_states import Word
from embedkit.text.vocabulary import Vocabulary

pytestmark = pytest.mark.core

VOCABULARY = Vocabulary(("great", "Nerd", "qwzx"), (3, 1, 1), dropped={"rare": 1})
ROWS = TableRows(VOCABULARY, ["pad", "unk", "found", "recovered", "filled"], ["", "", "", "nerd", "mean"])


def read(rows, tokens):
    return Counter(map(Word, tokens, rows.states(tokens), rows.are_looked_up(tokens)))


def test_the_state_of_each_token():
    tokens = ["great", "Nerd", "qwzx", "rare", "never", "<PAD>", "<UNK>"]
    assert ROWS.states(tokens) == ["covered", "recovered", "filled", "dropped", "unseen", "unseen", "unseen"]


@pytest.mark.parametrize(
    ("tokens", "share"),
    [(["great"], 0.0), (["great", "Nerd"], 0.0), (["great", "qwzx", "rare", "never"], 0.75), ([], None)],
)
def test_filled_unseen_and_dropped_tokens_are_out_of_vocabulary(tokens, share):
    assert oov_share(ROWS.states(tokens)) == share


def test_coverage_counts_tokens_and_types_and_adds_up():
    counted = coverage(read(ROWS, ["great", "great", "never", "qwzx", "never", "odd"]), cut=5)
    zeros = {"recovered": 0, "dropped": 0, "looked_up": 0}
    assert counted == {
        "tokens": {**zeros, "covered": 2, "filled": 1, "unseen": 3, "cut": 5},
        "types": {**zeros, "covered": 1, "filled": 1, "unseen": 2},
    }


def test_what_was_looked_up_has_a_state_as_any_other_and_is_counted_apart():
    words = ["Never", "rare"]
    origin, via = [*ROWS.origin, "found", "filled"], [*ROWS.via, "", "mean"]
    rows = TableRows(VOCABULARY.extended(words), origin, via, looked_up=2, missing=frozenset({"odd"}))
    tokens = ["great", "Never", "rare", "odd", "Never"]
    assert rows.states(tokens) == ["covered", "covered", "filled", "unseen", "covered"]
    assert rows.are_looked_up(tokens) == [False, True, True, False, True]
    assert rows.unknown([tokens, ["even"]]) == ["even"]
    assert rows.by_origin() == ROWS.by_origin()
    counted = coverage(read(rows, tokens), cut=0)
    assert counted["tokens"]["looked_up"] == 3
    assert counted["types"]["looked_up"] == 2
    assert counted["tokens"]["covered"] == 3
