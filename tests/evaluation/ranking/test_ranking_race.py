"""The race: its e-values against sums done otherwise, what it drops, and how often it does so wrongly."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, exp, inf, log

import numpy as np
import pytest

from embedkit.evaluation.ranking.race import Race, weigh_shares, weigh_wins


@pytest.mark.parametrize("lost", [0, 1, 4, 9])
@pytest.mark.parametrize("won", [0, 1, 5, 12])
def test_the_evidence_is_what_betting_on_one_text_after_the_other_gives(won, lost):
    """Krichevsky and Trofimov bet the share (w + 1/2) / (n + 1) on a win, at double or nothing."""
    fortune, wins = Fraction(1), 0
    for n, win in enumerate([True] * won + [False] * lost):
        share = (wins + Fraction(1, 2)) / (n + 1)
        fortune *= 2 * (share if win else 1 - share)
        wins += win
    assert exp(weigh_wins(won, lost).log_e_value) == pytest.approx(float(fortune))


def test_the_expected_evidence_of_equal_candidates_is_one():
    n = 12
    mean = sum(comb(n, w) * exp(weigh_wins(w, n - w).log_e_value) for w in range(n + 1)) / 2**n
    assert mean == pytest.approx(1)


def test_the_evidence_of_shares_is_that_of_wins_where_every_share_is_one():
    shares, wins = weigh_shares({1.0: 30, -1.0: 10}), weigh_wins(30, 10)
    assert shares.log_e_value == pytest.approx(wins.log_e_value)
    assert shares.side == wins.side == 1


def test_the_expected_evidence_of_shares_is_one_where_their_mean_is_zero():
    """Halves three times as often as losses of one and a half halves; every sequence of four is summed."""
    chances = {0.5: 2 / 3, -1.0: 1 / 3}
    mean = 0.0
    for drawn in product(chances, repeat=4):
        counts = {value: drawn.count(value) for value in {*drawn}}
        mean += np.prod([chances[value] for value in drawn]) * exp(weigh_shares(counts).log_e_value)
    assert mean == pytest.approx(1)


def test_a_hundred_thousand_texts_are_weighed_without_overflow():
    assert weigh_wins(60_000, 40_000).log_e_value == pytest.approx(2013.55 - 0.5 * log(np.pi * 50_000), abs=1)


def raced(right, alpha=0.05, blocks=10):
    """Race candidates over shuffled blocks of the texts that each has right, bool [K, n]."""
    names = [f"c{k}" for k in range(len(right))]
    race = Race(names, alpha)
    for fold in range(blocks):
        ids = np.arange(fold, right.shape[1], blocks)
        for name in race.alive:
            race.observe(name, fold, ids, right[int(name[1:]), ids])
    return race


def test_the_worse_candidate_is_dropped_with_who_beat_it_when_and_how_clearly():
    right = np.array([[1.0] * 100, [0.0] * 50 + [1.0] * 50])
    race = Race(["good", "bad"], 0.05)
    race.observe("good", 0, range(100), right[0])
    assert race.alive == ("good", "bad")
    race.observe("bad", 3, range(100), right[1])
    assert race.alive == ("good",)
    gone = race.dropped["bad"]
    assert (gone.by, gone.after_fold) == ("good", 3)
    assert gone.e_value == pytest.approx(exp(weigh_wins(50, 0).log_e_value))


@pytest.mark.parametrize(("candidates", "wins"), [(2, 7), (3, 9), (15, 14)])
def test_the_threshold_is_the_number_of_pairs_over_alpha(candidates, wins):
    """So many texts won in a row are the fewest that reach it."""
    pairs = candidates * (candidates - 1) / 2
    least = next(w for w in range(99) if exp(weigh_wins(w, 0).log_e_value) >= pairs / 0.05)
    assert least == wins
    for won in (wins - 1, wins):
        race = Race([f"c{k}" for k in range(candidates)], 0.05)
        race.observe("c0", 0, range(won), [1] * won)
        race.observe("c1", 0, range(won), [0] * won)
        assert bool(race.dropped) == (won == wins)


def test_a_text_counts_once_however_often_it_is_observed():
    race = Race(["a", "b"])
    for fold in range(20):
        race.observe("a", fold, [1, 2], [1, 1])
        race.observe("b", fold, [1, 2], [0, 0])
    race.observe("a", 99, [3, 3, 3, 3, 3, 3, 3, 3, 3], [1] * 9)
    race.observe("b", 99, [3, 3, 3, 3, 3, 3, 3, 3, 3], [0] * 9)
    assert race.log_e_value("a", "b") == pytest.approx(weigh_wins(3, 0).log_e_value)
    assert race.log_e_value("b", "a") == -inf


def test_two_candidates_are_compared_on_the_texts_that_both_have_run():
    race = Race(["a", "b"])
    race.observe("a", 0, [5, 1, 9], [1, 1, 0])
    race.observe("b", 0, [9, 7, 5], [1, 0, 0])
    race.observe("b", 1, [1], [0])
    assert race.log_e_value("a", "b") == pytest.approx(weigh_wins(2, 1).log_e_value)


def test_the_order_of_observations_does_not_matter():
    generator = np.random.default_rng(3)
    right = generator.random((4, 200)) < np.array([[0.9], [0.7], [0.65], [0.5]])
    folds = [np.arange(fold, 200, 5) for fold in range(5)]
    seen = []
    for seed in range(3):
        race = Race("abcd", alpha=1e-300)
        for step in np.random.default_rng(seed).permutation(20):
            race.observe("abcd"[step % 4], step // 4, folds[step // 4], right[step % 4, folds[step // 4]])
        seen.append([race.log_e_value(x, y) for x in "abcd" for y in "abcd" if x != y])
    assert seen[0] == seen[1] == seen[2]


def test_somebody_stays_even_if_everyone_is_beaten_by_someone():
    """Each of three is beaten by the next on texts that only those two have run."""
    race = Race("abc")
    for block, (better, worse) in enumerate(("ab", "bc", "ca")):
        ids = range(100 * block, 100 * block + 50)
        race.observe(better, block, ids, [1] * 50)
        race.observe(worse, block, ids, [0] * 50)
    assert len(race.alive) >= 1


def test_one_candidate_is_never_dropped():
    race = Race(["alone"])
    race.observe("alone", 0, range(10), [0] * 10)
    assert race.alive == ("alone",)


def test_names_have_to_differ():
    with pytest.raises(ValueError, match="same name"):
        Race(["a", "a"])


def test_an_unknown_candidate_is_an_error():
    with pytest.raises(KeyError):
        Race(["a"]).observe("b", 0, [1], [1])


@pytest.mark.parametrize(("candidates", "races"), [(2, 200), (15, 40)])
def test_equal_candidates_are_dropped_no_more_often_than_alpha(candidates, races):
    """Models that agree on four texts of five, their outcomes exchanged text by text."""
    wrong = 0
    for seed in range(races):
        generator = np.random.default_rng(seed)
        right = np.where(generator.random(600) < 0.6, 0.97, 0.5)
        wrong += bool(raced(generator.random((candidates, 600)) < right, alpha=0.2).dropped)
    assert wrong / races <= 0.2


@pytest.mark.parametrize(("points", "least"), [(2, 0.0), (5, 0.4), (10, 0.99)])
def test_planted_differences_are_found(points, least):
    found, races = 0, 40
    for seed in range(races):
        generator = np.random.default_rng(seed)
        right = np.where(generator.random(3000) < 0.8, 0.97, 0.5)
        worse = right - points / 100
        race = raced(generator.random((2, 3000)) < np.array([right, worse]))
        assert race.alive != ("c1",)
        found += "c1" in race.dropped
    assert found / races >= least
