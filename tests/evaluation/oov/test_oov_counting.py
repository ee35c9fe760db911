"""Content tokens, and tokens and types in every state: counted by hand."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from embedkit.evaluation.oov.columns import COLUMNS, cells
from embedkit.evaluation.oov.content import Content
from embedkit.evaluation.oov.counting import Tally, count_states, missing_words
from embedkit.evaluation.oov.result import KindCounts, MissingWord, StateCounts, WordCounts
from embedkit.evaluation.oov.shares import measure
from embedkit.model.token_states import STATES

CONTENT = Content(["the", "of", "it's", "N'T", "straße"])


@pytest.mark.parametrize(
    "token",
    [
        "the",
        "The",
        "THE",
        "it's",
        "it’s",
        "n't",
        "STRASSE",
        ".",
        "``",
        "--",
        "...",
        "10,000",
        "3.5",
        "½",
        "$",
        "-5",
        "#",
    ],
)
def test_function_words_punctuation_and_numbers_are_structural(token):
    assert not CONTENT.is_content(token)


@pytest.mark.parametrize(
    "token", ["film", "other", "theme", "1990s", "3rd", "don't", "名", "кино", "😀", "é", "a"]
)
def test_everything_else_is_content(token):
    assert CONTENT.is_content(token)


def test_tokens_and_types_by_state_as_counted_by_hand(prediction):
    texts = [
        prediction("the great film/filled of of qwzx/unseen .", looked_up=["great"]),
        prediction("film/filled qwzx/unseen qwzx/unseen rare/dropped", cut=3),
        prediction(""),
    ]
    states = partial(StateCounts, recovered=0, dropped=1, looked_up=1)
    assert count_states(Tally.of(texts, ["pos"]).words, CONTENT) == WordCounts(
        tokens=KindCounts(
            all=states(covered=5, filled=2, unseen=3), content=states(covered=1, filled=2, unseen=3)
        ),
        types=KindCounts(
            all=states(covered=4, filled=1, unseen=1), content=states(covered=1, filled=1, unseen=1)
        ),
    )


def test_states_add_up_to_the_tokens(prediction):
    rng = np.random.default_rng(1)
    words = [f"{word}/{rng.choice(STATES)}" for word in ("a", "the", "film", "12", "!", "of", "odd", "ok")]
    texts = [prediction(" ".join(rng.choice(words, rng.integers(0, 9)))) for _ in range(50)]
    counted = count_states(Tally.of(texts, ["pos"]).words, CONTENT).tokens
    assert counted.all.total == sum(len(text.tokens) for text in texts) > 100
    assert counted.content.total == sum(CONTENT.is_content(token) for text in texts for token in text.tokens)


def test_a_text_with_several_labels_counts_with_each_and_one_without_with_none(prediction):
    texts = [prediction("a b", label="x|y"), prediction("c/unseen", label="y"), prediction("d", label="")]
    counted = Tally.of(texts, ["x", "y", "z"], "|").coverage(CONTENT).classes
    tokens = {label: counts.tokens.all for label, counts in counted.items()}
    assert {label: (each.covered, each.unseen) for label, each in tokens.items()} == {
        "x": (2, 0),
        "y": (2, 1),
        "z": (0, 0),
    }


def test_missing_words_come_most_frequent_first_with_their_reason(prediction):
    texts = [prediction("b/filled a/unseen a/unseen ,/unseen c/dropped known"), prediction("b/filled")]
    assert missing_words(Tally.of(texts, ["pos"]).words, CONTENT, shown=3) == (
        MissingWord("a", 2, "unseen", content=True),
        MissingWord("b", 2, "filled", content=True),
        MissingWord(",", 1, "unseen", content=False),
    )


def test_what_two_models_read_adds_up_and_a_word_counts_in_each_of_its_states(prediction):
    first = Tally.of([prediction("film qwzx/unseen qwzx/unseen", label="x", cut=1)], ["x"])
    second = Tally.of([prediction("film qwzx the/filled", label="y", cut=2)], ["x", "y"])
    both = (first + second).coverage(CONTENT)
    assert both.cut == 3
    assert both.tokens.all.by_state == {
        "covered": 3,
        "recovered": 0,
        "filled": 1,
        "unseen": 2,
        "dropped": 0,
    }
    assert (both.types.content.covered, both.types.content.unseen) == (2, 1)
    assert both.classes["x"].tokens.all.unseen == 2
    assert both.classes["y"].tokens.all.covered == 2
    assert missing_words((first + second).words, CONTENT)[0].count == 2


def test_shares_of_all_and_of_content_tokens(prediction):
    texts = [
        prediction("the film/filled great qwzx/recovered", predicted="neg"),
        prediction("the/filled of"),
        prediction("", predicted="neg"),
        prediction("unlabelled/unseen", label=None),
    ]
    shares = measure(texts, CONTENT)
    assert shares.wrong.tolist() == [True, False, True]
    assert shares.length.tolist() == [4, 2, 0]
    np.testing.assert_array_equal(shares.all, [1 / 4, 1 / 2, np.nan])
    np.testing.assert_array_equal(shares.content, [1 / 3, np.nan, np.nan])
    assert measure([], CONTENT).all.shape == (0,)


def test_the_columns_of_predictions_tell_of_every_token(prediction):
    row = dict(zip(COLUMNS, cells(prediction("the film/filled great"), CONTENT), strict=True))
    assert (row["content_tokens"], row["content_oov"], row["content_oov_share"]) == (2, 1, 0.5)
    assert [*row["token_states"]] == ["covered", "filled", "covered"]
    assert row["token_content"] == [0, 1, 1]
    assert cells(prediction("the"), CONTENT)[2] is None
