"""Several models' analyses as one: seeds make nothing surer, folds add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedkit.evaluation.oov.analysis import analyse_counted
from embedkit.evaluation.oov.averages import average_bucket, average_odds, mean
from embedkit.evaluation.oov.content import Content
from embedkit.evaluation.oov.counting import Tally
from embedkit.evaluation.oov.curve import Point, curve
from embedkit.evaluation.oov.folds import add_policies, mean_drift
from embedkit.evaluation.oov.result import (
    Bucket,
    DriftSummary,
    Flips,
    MissingWord,
    OddsRatio,
    OovAnalysis,
    OtherPolicies,
    StateCounts,
)
from embedkit.evaluation.oov.seeds import over_seeds
from embedkit.evaluation.oov.shares import Shares
from embedkit.evaluation.oov.verdict_of_seeds import verdict_of_seeds


def analysed(wrong, share):
    """What one seed finds of texts that are `wrong` or not, and have this `share` out of vocabulary."""
    shares = Shares(wrong, np.arange(5, 5 + len(share)) % 13 + 3, share, share)
    found = {"test": analyse_counted(Tally(), shares, Content())}
    return OovAnalysis(found, OtherPolicies("zero", None, {}, {}), None)


def texts(strength, seed=0, n=400):
    """Whether each of n texts is wrong, which goes with its share by so much, and the share."""
    rng = np.random.default_rng(seed)
    share = np.random.default_rng(99).uniform(0, 0.6, n).round(2)
    return rng.random(n) < 0.3 + strength * (share - 0.3), share


def of_seeds(*strengths):
    return {seed: analysed(*texts(strength, 10 + seed)) for seed, strength in enumerate(strengths)}


def errors(found):
    return found.splits["test"].errors


def test_a_seed_that_says_the_same_changes_nothing():
    one = analysed(*texts(0.5))
    together = over_seeds({1: one, 2: one, 3: one}, "test")
    assert replace(errors(together), verdict=errors(one).verdict) == errors(one)
    assert together.splits["test"].coverage == one.splits["test"].coverage
    assert together.splits["test"].missing == one.splits["test"].missing
    assert together.seeds == dict.fromkeys("123", one)


def test_no_interval_is_narrower_than_any_seeds_and_no_p_value_smaller():
    found = of_seeds(0.6, 0.1, 0.9, 0.4)
    together = errors(over_seeds(found, "test"))
    own = [errors(each) for each in found.values()]
    assert together.n == 400
    for of in ("content", "all"):
        compared = [each.by_kind[of] for each in (together, *own)]
        assert compared[0].p_value == max(each.p_value for each in compared[1:])
        for bucket, *same in zip(*(each.buckets for each in compared), strict=True):
            assert bucket.n == same[0].n
            if bucket.n:
                assert bucket.ci95[0] == min(each.ci95[0] for each in same)
                assert bucket.ci95[1] == max(each.ci95[1] for each in same)
                assert bucket.error_rate == pytest.approx(np.mean([each.error_rate for each in same]))
    low, high = together.odds_ratio.ci95
    assert all(low <= each.odds_ratio.ci95[0] < each.odds_ratio.ci95[1] <= high for each in own)


def test_an_association_is_told_where_each_seed_shows_it():
    found = {seed: errors(each) for seed, each in of_seeds(0.9, 0.9, 0.9).items()}
    assert max(each.content.p_value for each in found.values()) < 0.05
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
    largest = max(each.content.detectable for each in found.values())
    assert f"a difference below {100 * largest:.1f} points would often be missed" in said


def test_with_too_few_texts_it_cannot_be_told():
    few, many = (errors(analysed(*texts(0.9, n=n))) for n in (12, 400))
    assert verdict_of_seeds({1: few, 2: few}).endswith("can be told with none of 2 seeds.")
    assert verdict_of_seeds({1: few, 2: many}).endswith("can be told with 1 alone of 2 seeds.")


def test_what_has_no_length_adjusted_figure_with_one_seed_has_none_together():
    one, other = OddsRatio(0.1, 1.1, (1.0, 1.2), 0.04, None), OddsRatio(0.1, None, None, None, "x")
    assert average_odds([one, other]) == OddsRatio(0.1, None, None, None, "x")


def test_a_bucket_that_is_empty_with_one_seed_has_the_others_rate():
    empty, full = Bucket(0.5, 1.0, 0, 0, None, None), Bucket(0.5, 1.0, 3, 1, 1 / 3, (0.1, 0.7))
    assert average_bucket([empty, full]) == replace(full, n=1.5, wrong=0.5)


def test_missing_words_are_counted_once():
    one, *others = (
        MissingWord("a", 4, "unseen", True),
        MissingWord("a", 6, "unseen", True),
        MissingWord("b", 6, "unseen", True),
    )
    found = {}
    for seed, words in enumerate([(one,), (*others,)]):
        alone = analysed(*texts(0))
        found[seed] = replace(alone, splits={"test": replace(alone.splits["test"], missing=words)})
    assert over_seeds(found, "test").splits["test"].missing == (replace(one, count=5),)


@given(st.lists(st.integers(0, 10**6) | st.floats(0, 1e6), min_size=1))
def test_a_mean_lies_between_its_numbers_and_is_a_count_where_they_are(numbers):
    found = mean(numbers)
    assert min(numbers) <= found <= max(numbers) or found == pytest.approx(numbers[0])
    assert mean(numbers[:1] * 3) == numbers[0]
    if all(isinstance(number, int) for number in numbers):
        assert isinstance(found, int) == (sum(numbers) % len(numbers) == 0)


def policies(refilled, why=None, refused=()):
    by = {
        name: {"validation": Flips(turned_right=9, turned_wrong=9), "test": Flips(*counts)}
        for name, counts in refilled.items()
    }
    return OtherPolicies("zero", why, by, dict.fromkeys(refused, "no"))


def test_what_other_policies_change_adds_up_over_folds():
    folds = [
        policies({"mean": (3, 1), "hash": (1, 1)}),
        policies({"mean": (2, 5)}, refused=["hash"]),
        policies({}, why="'zero' wrote no row"),
    ]
    refilled = {"mean": {"test": Flips(turned_right=5, turned_wrong=6)}}
    assert add_policies(folds, "test") == OtherPolicies("zero", None, refilled, {"hash": "no"})
    assert add_policies(folds[2:], "test").why == "'zero' wrote no row"


def drift(rows, moved, cosine, gained):
    return DriftSummary(rows, moved, 0.5, 0.25, median_cosine=cosine, neighbours_of=4, mean_gained=gained)


def test_drift_is_the_mean_over_the_models_that_moved():
    one, other = {"found": drift(10, 4, 0.9, None)}, {"found": drift(13, 6, 0.7, 2.0)}
    assert mean_drift([one, None, other]) == {"found": drift(11.5, 5, pytest.approx(0.8), None)}
    assert mean_drift([None, None]) is None


def test_drift_with_one_seed_alone_is_none_over_seeds():
    moved = {seed: replace(analysed(*texts(0)), drift=drift) for seed, drift in enumerate((DRIFT, DRIFT))}
    assert over_seeds(moved, "test").drift == DRIFT
    moved[2] = replace(moved[1], drift=None)
    assert over_seeds(moved, "test").drift is None


DRIFT = {"found": drift(10, 4, 0.9, None)}


STATES = StateCounts(covered=3, recovered=1, filled=0, unseen=4, dropped=0, looked_up=0)


def points(*accuracies):
    return [Point(unit, accuracy, STATES, 0.5) for unit, accuracy in accuracies]


def test_seeds_of_a_fold_make_no_interval_narrower():
    whole, hidden = ((0, 0.8), (1, 0.7)), ((0, 0.7), (1, 0.5))
    one = curve({0.0: points(*whole), 0.4: points(*hidden)}, folds=True)
    thrice = curve({0.0: points(*whole * 3), 0.4: points(*hidden * 3)}, folds=True)
    for point, other in zip(one.points, thrice.points, strict=True):
        for figure in ("accuracy", "change", "content_covered"):
            assert getattr(other, figure).ci95 == pytest.approx(getattr(point, figure).ci95)
    change = thrice.points[1].change
    assert change.mean == pytest.approx(-0.15)
    half = 12.706 * np.sqrt((1 / 2 + 0.5) * np.var([-0.1, -0.2], ddof=1))
    assert change.ci95 == pytest.approx((-0.15 - half, -0.15 + half), rel=1e-4)
    assert one.points[0].content_covered.mean == 0.5


def test_over_seeds_the_interval_is_students():
    found = curve({0.0: points((7, 0.8), (8, 0.7)), 0.4: points((7, 0.61), (8, 0.59))}, folds=False)
    half = 12.706 * np.std([0.61, 0.59], ddof=1) / np.sqrt(2)
    assert found.over == "seeds"
    assert found.points[1].accuracy.ci95 == pytest.approx((0.6 - half, 0.6 + half), rel=1e-4)
