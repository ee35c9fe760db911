"""Words that tell confused texts from rightly classified ones: by hand, planted, and none by chance."""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt

import numpy as np
import pytest
from drawn_texts import drawn_texts, predicted_texts

from embedkit.evaluation.error_analysis.confusion_words import PRIOR, confusion_words, log_odds_ratios
from embedkit.evaluation.intervals import wilson_interval


def test_log_odds_by_hand():
    """Word a: 8 of 10 against 10 of 40; with the prior 500 · 18/50 it is 188 of 510 against 190 of 540."""
    assert PRIOR == 500
    log_odds, z = log_odds_ratios(np.array([8, 2]), np.array([10, 30]))
    assert log_odds[0] == pytest.approx(log(188 / 322) - log(190 / 350))
    assert z[0] == pytest.approx(log_odds[0] / sqrt(1 / 188 + 1 / 190))
    assert z[1] == pytest.approx((log(322 / 188) - log(350 / 190)) / sqrt(1 / 322 + 1 / 350))


def planted(shares=(0.5, 0.5), count: int = 3_000):
    """Return texts of which those of class 0 with `planted` are confused at 0.5, and others at 0.1."""
    generator = np.random.default_rng(0)
    tokens, labels = drawn_texts(generator, shares, count)
    has = generator.random(count) < 0.1
    tokens = [
        (f"id{row}", *text, *["planted"] * int(it))
        for row, (text, it) in enumerate(zip(tokens, has, strict=True))
    ]
    wrong = generator.random(count) < np.where(has & (labels == 0), 0.5, 0.1)
    return predicted_texts(tokens, labels, wrong, len(shares)), has


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.3, 0.6, 0.1)], ids=["even", "uneven"])
def test_the_planted_word_tells_the_texts_of_its_pair_and_of_no_other(shares):
    held_out, has = planted(shares)
    found = confusion_words(held_out)
    pair = next(each for each in found.pairs if each.label == "class 0")
    of_class = held_out.labels == 0
    wrong = held_out.wrong[0]
    (word,) = pair.words
    assert (word.word, word.z > 0, word.q_value < 0.001) == ("planted", True, True)
    assert (word.confused, word.right) == ((of_class & wrong & has).sum(), (of_class & ~wrong & has).sum())
    assert (pair.predicted, pair.n, pair.confused) == ("class 1", of_class.sum(), (of_class & wrong).sum())
    assert pair.right == pair.n - pair.confused
    assert pair.ci95 == wilson_interval(pair.confused, pair.n)
    assert (of_class & wrong)[np.array(pair.examples) - held_out.ids[0]].all()
    assert [each.words for each in found.pairs if each is not pair] == [()] * (len(shares) - 1)


def test_pairs_are_ordered_by_their_texts():
    held_out, _ = planted((0.3, 0.6, 0.1))
    found = confusion_words(held_out, pairs=2)
    counts = np.bincount(held_out.labels[held_out.wrong[0]])
    assert [each.confused for each in found.pairs] == sorted(counts.tolist(), reverse=True)[:2]
    assert found.pairs_seen == 3


@pytest.mark.parametrize("rates", [(0.2, 0.2), (0.02, 0.5)], ids=["even", "few confused"])
def test_no_word_tells_texts_that_are_confused_by_chance(rates):
    """With a prior of all texts, words of the other class seem to be those of few confused ones."""
    generator = np.random.default_rng(1)
    tokens, labels = drawn_texts(generator, (0.5, 0.5), 1_000)
    reports = 0
    for _ in range(200):
        wrong = generator.random(len(labels)) < np.array(rates)[labels]
        reports += any(pair.words for pair in confusion_words(predicted_texts(tokens, labels, wrong)).pairs)
    assert reports <= 10


def test_a_word_counts_once_in_a_text_and_a_text_once():
    held_out, _ = planted()
    tokens = tuple(text * 3 for text in held_out.tokens)
    assert confusion_words(replace(held_out, tokens=tokens)) == confusion_words(held_out)
    twice = predicted_texts(
        [*held_out.tokens, *held_out.tokens], np.tile(held_out.labels, 2), np.tile(held_out.wrong[0], 2)
    )
    assert confusion_words(twice) == confusion_words(held_out)


@pytest.mark.parametrize("wrong", [False, True], ids=["none", "all"])
def test_without_confused_or_without_right_texts_no_word_tells(wrong):
    tokens, labels = drawn_texts(np.random.default_rng(0), (0.5, 0.5), 200)
    found = confusion_words(predicted_texts(tokens, labels, np.full(200, wrong)))
    assert len(found.pairs) == (2 if wrong else 0)
    assert all(pair.words == () for pair in found.pairs)


def test_empty_texts():
    found = confusion_words(predicted_texts([()] * 50, np.arange(50) % 2, np.arange(50) < 25))
    assert [(pair.confused, pair.words) for pair in found.pairs] == [(1, ()), (1, ())]
