"""Slices: one that is planted is found and confirmed, and none is where errors go with the class alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_texts import drawn_texts, predicted_texts

from embedkit.evaluation.error_analysis.distinct import distinct_texts
from embedkit.evaluation.error_analysis.slice_candidates import candidate_slices
from embedkit.evaluation.error_analysis.slices import ALPHA, confirmed_slices, find_slices
from embedkit.evaluation.intervals import wilson_interval


def planted(seed: int, rate: float = 0.45, shares=(0.5, 0.5), share: float = 0.1, count: int = 4_000):
    """Return texts of which a share have the word `planted` and are wrong at this rate, others at 0.2."""
    generator = np.random.default_rng(seed)
    tokens, labels = drawn_texts(generator, shares, count)
    has = generator.random(count) < share
    tokens = [(*text, "planted") if it else text for text, it in zip(tokens, has, strict=True)]
    wrong = generator.random(count) < np.where(has, rate, 0.2)
    return predicted_texts(tokens, labels, wrong, len(shares)), has


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.8, 0.15, 0.05)], ids=["even", "uneven"])
def test_a_planted_word_is_found_and_confirmed(seed, shares):
    held_out, _ = planted(seed, shares=shares)
    found = find_slices(held_out, seed=seed)
    assert (found.found[0].name.kind, found.found[0].name.name) == ("word", "planted")
    assert found.found[0].q_value < 0.001


@pytest.mark.parametrize("seed", range(3))
def test_a_word_of_half_of_the_texts_is_found(seed):
    held_out, _ = planted(seed, rate=0.3, share=0.5)
    assert find_slices(held_out, seed=seed).found[0].name.name == "planted"


def test_its_figures_are_those_of_the_texts():
    held_out, has = planted(0)
    found = find_slices(held_out)
    (slice_,) = found.found
    wrong, rows = held_out.wrong[0], distinct_texts(held_out).rows
    n, errors = (
        mine + other for mine, other in zip((slice_.n, slice_.errors), slice_.first_half, strict=True)
    )
    assert (found.n, found.errors) == (len(rows), wrong[rows].sum())
    assert (n, errors) == (has[rows].sum(), (has & wrong)[rows].sum())
    assert slice_.ci95 == wilson_interval(slice_.errors, slice_.n)
    assert slice_.elsewhere == pytest.approx(0.2, abs=0.03)
    assert slice_.expected == pytest.approx(0.2, abs=0.04)
    assert slice_.rate == slice_.errors / slice_.n
    examples = np.array(slice_.examples) - held_out.ids[0]
    assert len(examples) == 10
    assert (has & wrong)[examples].all()


def test_a_planted_length_is_found():
    generator = np.random.default_rng(0)
    tokens, labels = drawn_texts(generator, (0.5, 0.5), 4_000)
    long = np.array([len(text) > 18 for text in tokens])
    wrong = generator.random(len(labels)) < np.where(long, 0.4, 0.15)
    found = find_slices(predicted_texts(tokens, labels, wrong))
    assert found.found[0].name.kind == "length"
    assert found.found[0].name.name.endswith("or more")


def test_a_planted_group_is_found():
    generator = np.random.default_rng(0)
    tokens, labels = drawn_texts(generator, (0.5, 0.5), 2_000)
    groups = [f"source {number}" for number in generator.integers(0, 5, len(labels))]
    bad = np.array([group == "source 3" for group in groups])
    wrong = generator.random(len(labels)) < np.where(bad, 0.4, 0.15)
    found = find_slices(predicted_texts(tokens, labels, wrong), groups)
    assert [(each.name.kind, each.name.name) for each in found.found] == [("group", "source 3")]


def test_words_of_the_same_texts_are_one_slice():
    held_out, has = planted(0)
    tokens = [(*text, "beside") if it else text for text, it in zip(held_out.tokens, has, strict=True)]
    (found,) = find_slices(replace(held_out, tokens=tuple(tokens))).found
    assert {found.name.name, *(name.name for name in found.also)} == {"planted", "beside"}


def test_a_slice_that_contains_it_is_not_reported():
    """All texts with the planted word have another, which others have that are not wrong more often."""
    held_out, has = planted(0)
    more = has | (np.random.default_rng(1).random(len(has)) < 0.1)
    tokens = [(*text, "wider") if it else text for text, it in zip(held_out.tokens, more, strict=True)]
    (found,) = find_slices(replace(held_out, tokens=tuple(tokens))).found
    assert found.name.name == "planted"
    assert [name.name for name in found.also] == ["wider"]


NULLS = {
    "even": ((0.5, 0.5), (0.2, 0.2)),
    "uneven": ((0.9, 0.1), (0.05, 0.7)),
    "one always wrong": ((0.7, 0.2, 0.1), (0.1, 0.4, 1.0)),
    "many": (tuple([1 / 30] * 30), tuple(np.linspace(0.05, 0.9, 30))),
}


@pytest.mark.parametrize(("shares", "rates"), NULLS.values(), ids=NULLS)
def test_none_is_reported_where_errors_go_with_the_class_alone(shares, rates):
    generator = np.random.default_rng(1)
    tokens, labels = drawn_texts(generator, shares, 1_000)
    none = np.zeros(len(labels), bool)
    texts = distinct_texts(predicted_texts(tokens, labels, none, len(shares)))
    candidates = candidate_slices(texts.tokens)
    reports = 0
    for draw in range(200):
        wrong = generator.random(len(texts.labels)) < np.array(rates)[texts.labels]
        predicted = np.where(wrong, (texts.labels + 1) % len(shares), texts.labels)
        found = confirmed_slices(replace(texts, predicted=predicted), candidates, texts.rows, seed=draw)
        reports += bool(found.found)
    assert reports <= ALPHA * 200


def test_without_regard_to_the_class_such_words_would_be_reported():
    """Words of the class that is wrong more often are in wrong texts more often: the test is not empty."""
    generator = np.random.default_rng(1)
    tokens, labels = drawn_texts(generator, (0.5, 0.5), 1_000)
    wrong = generator.random(len(labels)) < np.array([0.05, 0.7])[labels]
    held_out = predicted_texts(tokens, labels, wrong)
    assert find_slices(held_out).found == ()
    texts = distinct_texts(held_out)
    pooled = replace(texts, labels=np.zeros_like(texts.labels), predicted=texts.wrong.astype(np.int64))
    assert confirmed_slices(pooled, candidate_slices(texts.tokens), held_out.ids).found != ()


def test_copies_of_a_text_count_once():
    generator = np.random.default_rng(0)
    tokens, labels = drawn_texts(generator, (0.5, 0.5), 1_000)
    tokens, labels = [*tokens, *[("copied", "text")] * 200], np.append(labels, [0] * 200)
    wrong = np.append(generator.random(1_000) < 0.2, [True] * 200)
    found = find_slices(predicted_texts(tokens, labels, wrong))
    assert found.found == ()
    assert found.n == len({*zip(tokens, labels.tolist(), strict=True)})


def test_several_models_vote_by_their_mean_probabilities():
    held_out, _ = planted(0)
    right = np.eye(2)[held_out.labels][None]
    both = replace(held_out, probabilities=np.concatenate([held_out.probabilities, right]))
    assert find_slices(both).errors == 0
    assert find_slices(both).found == ()


@pytest.mark.parametrize("count", [1, 2, 10, 41])
def test_few_texts_have_no_slices(count):
    tokens, labels = drawn_texts(np.random.default_rng(0), (0.5, 0.5), count)
    found = find_slices(predicted_texts(tokens, labels, labels == 1))
    assert found.found == ()


@pytest.mark.parametrize("wrong", [False, True], ids=["none wrong", "all wrong"])
def test_all_right_or_all_wrong(wrong):
    tokens, labels = drawn_texts(np.random.default_rng(0), (0.5, 0.5), 300)
    found = find_slices(predicted_texts(tokens, labels, np.full(len(labels), wrong)))
    assert (found.tested, found.found) == (0, ())


def test_empty_texts():
    found = find_slices(predicted_texts([()] * 50, np.arange(50) % 2, np.arange(50) < 25))
    assert (found.n, found.candidates, found.found) == (2, 0, ())


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([3], []),
        ([0, 1], ["no tokens", "1 token or more"]),
        (
            [1, 2, 3],
            ["at most 1 token", "at most 2 tokens", "2 tokens", "2 tokens or more", "3 tokens or more"],
        ),
    ],
)
def test_ranges_of_lengths(lengths, expected):
    found = candidate_slices([tuple("abc"[:length]) for length in lengths])
    assert [name.name for name in found.names if name.kind == "length"] == expected
