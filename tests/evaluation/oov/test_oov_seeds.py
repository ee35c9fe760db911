"""Several models' analyses as one: seeds make nothing surer, folds add up."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.evaluation.oov.analysis import analyse_counted
from embedkit.evaluation.oov.content import Content
from embedkit.evaluation.oov.counting import Tally
from embedkit.evaluation.oov.curve import Point, curve
from embedkit.evaluation.oov.folds import add_policies, mean_drift
from embedkit.evaluation.oov.middle import middle
from embedkit.evaluation.oov.seeds import over_seeds
from embedkit.evaluation.oov.shares import Shares
from embedkit.evaluation.oov.verdict_of_seeds import verdict_of_seeds


def analysed(wrong, share):
    """What one seed finds of texts that are `wrong` or not, and have this `share` out of vocabulary."""
    shares = Shares(wrong, np.arange(5, 5 + len(share)) % 13 + 3, share, share)
    policies = {"policy": "zero", "why": None, "refilled": {}, "refused": {}}
    found = {"test": analyse_counted(Tally(), shares, Content())}
    return {"splits": found, "policies": policies, "drift": None}


def texts(strength, seed=0, n=400):
    """Whether each of n texts is wrong, which goes with its share by so much, and the share."""
    rng = np.random.default_rng(seed)
    share = np.random.default_rng(99).uniform(0, 0.6, n).round(2)
    return rng.random(n) < 0.3 + strength * (share - 0.3), share


def of_seeds(*strengths):
    return {seed: analysed(*texts(strength, 10 + seed)) for seed, strength in enumerate(strengths)}


def errors(found):
    return found["splits"]["test"]["errors"]


def test_a_seed_that_says_the_same_changes_nothing():
    one = analysed(*texts(0.5))
    together = over_seeds({1: one, 2: one, 3: one}, "test")
    del together["splits"]["test"]["errors"]["verdict"]
    expected = {**one["splits"]["test"], "errors": {**errors(one)}}
    del expected["errors"]["verdict"]
    assert together["splits"] == {"test": expected}
    assert [*together["seeds"]] == ["1", "2", "3"]


def test_no_interval_is_narrower_than_any_seeds_and_no_p_value_smaller():
    found = of_seeds(0.6, 0.1, 0.9, 0.4)
    together = errors(over_seeds(found, "test"))
    own = [errors(each) for each in found.values()]
    assert together["n"] == 400
    for of in ("content", "all"):
        assert together[of]["p_value"] == max(each[of]["p_value"] for each in own)
        for bucket, *same in zip(*(each[of]["buckets"] for each in (together, *own)), strict=True):
            assert bucket["n"] == same[0]["n"]
            if bucket["n"]:
                assert bucket["ci95"][0] == min(each["ci95"][0] for each in same)
                assert bucket["ci95"][1] == max(each["ci95"][1] for each in same)
                assert bucket["error_rate"] == pytest.approx(np.mean([each["error_rate"] for each in same]))
    low, high = together["odds_ratio"]["ci95"]
    assert all(low <= each["odds_ratio"]["ci95"][0] < each["odds_ratio"]["ci95"][1] <= high for each in own)


def test_an_association_is_told_where_each_seed_shows_it():
    found = {seed: errors(each) for seed, each in of_seeds(0.9, 0.9, 0.9).items()}
    assert max(each["content"]["p_value"] for each in found.values()) < 0.05
    said = verdict_of_seeds(found)
    assert said.startswith("Errors go with more words out of vocabulary with each of 3 seeds: on average ")
    assert "multiply the odds of an error by" in said
    assert "because" not in said


def test_chance_in_one_seed_of_several_is_no_finding():
    found = {seed: errors(each) for seed, each in of_seeds(0.9, 0, 0).items()}
    said = verdict_of_seeds(found)
    assert "depends on the seed, so it cannot be told" in said
    assert "more with seed 0, and nothing is seen with the others" in said


def test_seeds_that_see_it_are_named():
    found = {seed: errors(each) for seed, each in of_seeds(0.9, 0, 0.9).items()}
    assert "more with seeds 0 and 2, and nothing" in verdict_of_seeds(found)


def test_opposite_findings_cancel():
    found = {seed: errors(each) for seed, each in of_seeds(0.9, -0.9).items()}
    assert "wrong texts are seen to have more with seed 0, fewer with seed 1." in verdict_of_seeds(found)


def test_where_no_seed_sees_anything_it_says_what_would_have_been_missed():
    found = {seed: errors(each) for seed, each in of_seeds(0, 0).items()}
    said = verdict_of_seeds(found)
    assert said.startswith("Errors are not seen to go with words out of vocabulary with any of 2 seeds")
    largest = max(each["content"]["detectable"] for each in found.values())
    assert f"a difference below {100 * largest:.1f} points would often be missed" in said


def test_with_too_few_texts_it_cannot_be_told():
    few, many = (errors(analysed(*texts(0.9, n=n))) for n in (12, 400))
    assert verdict_of_seeds({1: few, 2: few}).endswith("can be told with none of 2 seeds.")
    assert verdict_of_seeds({1: few, 2: many}).endswith("can be told with 1 alone of 2 seeds.")


def test_what_has_no_length_adjusted_figure_with_one_seed_has_none_together():
    one, other = {"value": 1.1, "ci95": [1.0, 1.2], "why": None}, {"value": None, "ci95": None, "why": "x"}
    assert middle([one, other]) == {"value": None, "ci95": None, "why": "x"}


def test_a_bucket_that_is_empty_with_one_seed_has_the_others_rate():
    empty = {"over": 0.5, "up_to": 1.0, "n": 0, "wrong": 0, "error_rate": None, "ci95": None}
    full = {"over": 0.5, "up_to": 1.0, "n": 3, "wrong": 1, "error_rate": 1 / 3, "ci95": [0.1, 0.7]}
    (bucket,) = middle([[empty], [full]], "buckets")
    assert bucket == {**full, "n": 1.5, "wrong": 0.5}


def test_missing_words_are_counted_once():
    word = {"word": "a", "count": 4, "state": "unseen", "content": True}
    found = {}
    for seed, words in enumerate([[{**word, "count": 4}], [{**word, "count": 6}, {**word, "word": "b"}]]):
        found[seed] = analysed(*texts(0))
        found[seed]["splits"]["test"]["missing"] = words
    assert over_seeds(found, "test")["splits"]["test"]["missing"] == [{**word, "count": 5}]


def policies(refilled, why=None, refused=()):
    by = {
        name: {
            "validation": {"turned_right": 9, "turned_wrong": 9},
            "test": dict(zip(KEYS, counts, strict=True)),
        }
        for name, counts in refilled.items()
    }
    return {"policy": "zero", "why": why, "refilled": by, "refused": dict.fromkeys(refused, "no")}


KEYS = ("turned_right", "turned_wrong")


def test_what_other_policies_change_adds_up_over_folds():
    folds = [
        policies({"mean": (3, 1), "hash": (1, 1)}),
        policies({"mean": (2, 5)}, refused=["hash"]),
        policies({}, why="'zero' wrote no row"),
    ]
    assert add_policies(folds, "test") == {
        "policy": "zero",
        "why": None,
        "refilled": {"mean": {"test": {"turned_right": 5, "turned_wrong": 6}}},
        "refused": {"hash": "no"},
    }
    assert add_policies(folds[2:], "test")["why"] == "'zero' wrote no row"


def test_drift_is_the_mean_over_the_models_that_moved():
    one = {"found": {"rows": 10, "moved": 4, "median_cosine": 0.9, "mean_gained": None}}
    other = {"found": {"rows": 13, "moved": 6, "median_cosine": 0.7, "mean_gained": 2.0}}
    assert mean_drift([one, None, other]) == {
        "found": {"rows": 11.5, "moved": 5, "median_cosine": pytest.approx(0.8), "mean_gained": None}
    }
    assert mean_drift([None, None]) is None


STATES = {"covered": 3, "recovered": 1, "filled": 0, "unseen": 4, "dropped": 0}


def points(*accuracies):
    return [Point(unit, accuracy, STATES, 0.5) for unit, accuracy in accuracies]


def test_seeds_of_a_fold_make_no_interval_narrower():
    whole, hidden = ((0, 0.8), (1, 0.7)), ((0, 0.7), (1, 0.5))
    one = curve({0.0: points(*whole), 0.4: points(*hidden)}, folds=True)
    thrice = curve({0.0: points(*whole * 3), 0.4: points(*hidden * 3)}, folds=True)
    for point, other in zip(one["points"], thrice["points"], strict=True):
        for figure in ("accuracy", "change", "content_covered"):
            assert other[figure]["ci95"] == pytest.approx(point[figure]["ci95"])
    change = thrice["points"][1]["change"]
    assert change["mean"] == pytest.approx(-0.15)
    half = 12.706 * np.sqrt((1 / 2 + 0.5) * np.var([-0.1, -0.2], ddof=1))
    assert change["ci95"] == pytest.approx([-0.15 - half, -0.15 + half], rel=1e-4)
    assert one["points"][0]["content_covered"]["mean"] == 0.5


def test_over_seeds_the_interval_is_students():
    found = curve({0.0: points((7, 0.8), (8, 0.7)), 0.4: points((7, 0.7), (8, 0.5))}, folds=False)
    half = 12.706 * np.std([0.7, 0.5], ddof=1) / np.sqrt(2)
    assert found["over"] == "seeds"
    assert found["points"][1]["accuracy"]["ci95"] == pytest.approx([0.6 - half, 0.6 + half], rel=1e-4)
