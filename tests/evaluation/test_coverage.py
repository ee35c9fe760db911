from __future__ import annotations

import pytest

from embedkit.evaluation.coverage import TokenStates, coverage, oov_share
from embedkit.text.vocabulary import Vocabulary

pytestmark = pytest.mark.core

VOCABULARY = Vocabulary(("great", "Nerd", "qwzx"), (3, 1, 1), dropped={"rare": 1})
STATES = TokenStates(VOCABULARY, ["pad", "unk", "found", "recovered", "filled"])


def test_the_state_of_each_token():
    tokens = ["great", "Nerd", "qwzx", "rare", "never", "<PAD>", "<UNK>"]
    assert STATES.of(tokens) == ["covered", "recovered", "filled", "dropped", "unseen", "unseen", "unseen"]


@pytest.mark.parametrize(
    ("tokens", "share"),
    [(["great"], 0.0), (["great", "Nerd"], 0.0), (["great", "qwzx", "rare", "never"], 0.75), ([], None)],
)
def test_filled_unseen_and_dropped_tokens_are_out_of_vocabulary(tokens, share):
    assert oov_share(STATES.of(tokens)) == share


def test_coverage_counts_tokens_and_types_and_adds_up():
    texts = [["great", "great", "never"], [], ["qwzx", "never", "odd"]]
    counted = coverage(texts, [STATES.of(text) for text in texts], cut=[4, 0, 1])
    assert counted == {
        "tokens": {"covered": 2, "recovered": 0, "filled": 1, "unseen": 3, "dropped": 0, "cut": 5},
        "types": {"covered": 1, "recovered": 0, "filled": 1, "unseen": 2, "dropped": 0},
    }
