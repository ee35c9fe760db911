"""The typed result of a ranking: its file, its table, its sentence, and when a race may stop."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from embedkit.evaluation.ranking.fields import RankedCandidate
from embedkit.evaluation.ranking.race import Dropped
from embedkit.evaluation.ranking.ranking import make_ranking
from embedkit.evaluation.ranking.result import COLUMNS, Ranking
from embedkit.evaluation.ranking.scores import CandidateScores, FoldScores, Measure
from embedkit.evaluation.ranking.settling import is_settled

ACCURACY = Measure()
WOBBLE = np.array([1, -2, 3, -1, 0, 2, -3, 1, -1, 0]) / 100


@pytest.fixture
def ranking(candidate, course):
    candidates = [
        candidate("good", 0.8 + WOBBLE, seconds=9.0, bytes=2_000, coverage=0.9, axes={"seed": 1}),
        candidate("alike", 0.8 - WOBBLE, seconds=3.0),
        candidate("half", 0.8 + WOBBLE[::-1][:5]),
        candidate("bad", 0.5 + WOBBLE),
        candidate("gone", [0.4, 0.41]),
        candidate("broken", [0.7]),
    ]
    went = course(race=True, dropped={"gone": Dropped("good", 1, 1e5)}, failed={"broken": "disk full"})
    return make_ranking(candidates, ACCURACY, went)


def test_the_file_has_the_fields_that_scripts_rely_on(ranking):
    content = json.loads(json.dumps(ranking.to_json()))
    for key in ("metric", "n", "folds", "alpha", "smallest_difference", "seconds", "tiers", "candidates"):
        assert key in content
    assert {*content} >= {"trainings", "conclusion", "cheapest_of_first_tier", "failed", "unfinished", "race"}
    assert content["tiers"] == [["alike", "good", "half"], ["bad"]]
    assert content["trainings"] == {"done": 10, "full_grid": 10}
    good, gone = content["candidates"]["good"], content["candidates"]["gone"]
    assert {*good["against_best"]} == {"difference", "ci95", "p", "p_holm"}
    assert good["axes"] == {"seed": 1}
    assert (good["tier"], good["dropped_after"], good["folds_run"]) == (1, None, 10)
    assert (gone["tier"], gone["dropped_after"], gone["dropped_by"]) == (None, 1, "good")
    assert (gone["against_best"]["p"], gone["against_best"]["p_holm"]) == (None, None)
    assert content["cheapest_of_first_tier"] == "half"


def test_the_file_is_read_as_it_was_written(ranking):
    assert Ranking.from_json(json.loads(json.dumps(ranking.to_json()))) == ranking


def figures(least=None):
    return st.floats(least, allow_nan=False, allow_infinity=False)


@settings(max_examples=25)
@given(
    name=st.text(),
    mean=figures() | st.none(),
    ci95=st.tuples(figures(), figures()) | st.none(),
    seconds=figures(0),
    size=st.integers(0, 2**63 - 1) | st.none(),
)
def test_any_name_and_figure_is_read_as_it_was_written(name, mean, ci95, seconds, size):
    own = RankedCandidate(mean, ci95, 3, None, None, None, None, seconds, size, None, None)
    empty = make_ranking([], ACCURACY, _course())
    ranking = replace(empty, candidates={name: own}, tiers=((name,),))
    assert Ranking.from_json(json.loads(json.dumps(ranking.to_json()))) == ranking


def _course():
    from embedkit.evaluation.ranking.fields import Trainings
    from embedkit.evaluation.ranking.ranking import Course

    return Course(10, Trainings(0, 0), 0.0)


@pytest.mark.parametrize(
    "damage",
    [
        {"n": "many"},
        {"n": -1},
        {"alpha": float("nan")},
        {"tiers": "good"},
        {"winner": "good"},
        {"candidates": {"good": {"mean": 1.0}}},
    ],
)
def test_a_damaged_file_is_an_error(ranking, damage):
    with pytest.raises(ValidationError):
        Ranking.from_json({**ranking.to_json(), **damage})


@pytest.mark.parametrize("field", ["metric", "tiers", "trainings", "conclusion", "candidates"])
def test_a_file_without_a_field_is_an_error(ranking, field):
    content = ranking.to_json()
    del content[field]
    with pytest.raises(ValidationError):
        Ranking.from_json(content)


def test_the_frame_has_a_row_for_each_candidate_and_typed_columns(ranking):
    frame = ranking.frame()
    assert [*frame.columns] == [*COLUMNS]
    assert frame["candidate"].tolist() == ["alike", "good", "half", "bad", "gone", "broken"]
    assert frame["tier"].tolist()[:4] == [1, 1, 1, 2]
    assert frame["tier"].isna().tolist() == [False] * 4 + [True] * 2
    assert frame["difference"].isna().tolist()[0]
    assert frame.set_index("candidate").loc["good", "bytes"] == 2_000
    assert frame["mean"].dtype == float


def test_a_frame_of_nobody_has_its_columns():
    assert [*make_ranking([], ACCURACY, _course()).frame().columns] == [*COLUMNS]


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ({"a": 0.9, "b": 0.5}, "On these 1,000 texts a is better than the other candidate; "),
        ({"a": 0.9, "b": 0.5, "c": 0.4}, "On these 1,000 texts a is better than each of the other 2; "),
        ({"a": 0.9, "b": 0.9}, "a and b cannot be told apart on these 1,000 texts; "),
        (
            {"a": 0.9, "b": 0.9, "c": 0.5},
            "a and b cannot be told apart on these 1,000 texts, and the other candidate is worse than the",
        ),
        (dict.fromkeys("abcde", 0.9), "All 5 candidates cannot be told apart on these 1,000 texts; "),
        (
            {**dict.fromkeys("abcdef", 0.9), "z": 0.1},
            "a, b, c, d and 2 others cannot be told apart on these 1,000 texts, and the other candidate is",
        ),
    ],
)
def test_the_conclusion_says_who_is_best_and_ties_as_ties(candidate, course, levels, said):
    candidates = [
        candidate(name, level + np.roll(WOBBLE, shift)) for shift, (name, level) in enumerate(levels.items())
    ]
    conclusion = make_ranking(candidates, ACCURACY, course()).conclusion
    assert conclusion.startswith(said)
    assert "points would often be missed" in conclusion
    assert conclusion.endswith(".")


def test_the_conclusion_names_who_has_not_run_all_folds_and_who_failed(ranking):
    assert "half has not run all folds" in ranking.conclusion
    assert "broken failed" in ranking.conclusion
    assert "the other 2 are worse" in ranking.conclusion


def test_of_another_metric_a_difference_is_not_in_points(candidate, course):
    candidates = [candidate("a", 0.8 + WOBBLE), candidate("b", 0.8 - WOBBLE)]
    assert "points" not in make_ranking(candidates, Measure("f1"), course()).conclusion


def test_the_interval_of_an_accuracy_is_wilsons_over_all_texts(candidate, course):
    """640 of 1,000: the centre is (640 + 1.9208)/1003.8415, the half width that of Wilson's formula."""
    ranking = make_ranking([candidate("a", [0.6, 0.68], texts=500)], ACCURACY, course(2))
    z, n, share = 1.959964, 1000, 0.64
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    assert ranking.candidates["a"].ci95 == pytest.approx((centre - half, centre + half), abs=1e-6)


def test_the_interval_of_another_metric_is_the_corrected_one_over_folds(candidate, course):
    scores = [0.60, 0.64, 0.68]
    ranking = make_ranking([candidate("a", scores, ratio=1 / 2)], Measure("f1"), course(3))
    half = 4.302653 * ((1 / 3 + 1 / 2) * 0.0016) ** 0.5
    assert ranking.candidates["a"].ci95 == pytest.approx((0.64 - half, 0.64 + half), abs=1e-6)
    bounded = Measure("f1", bounds=(0.6, 0.7))
    assert make_ranking([candidate("a", scores, ratio=1 / 2)], bounded, course(3)).candidates["a"].ci95 == (
        0.6,
        0.7,
    )


def drawn(names, folds, seed=0):
    """Candidates whose scores differ by chance alone, a point up and down, with these leads in points."""
    noise = np.random.default_rng(seed).normal(0, 0.01, (len(names), folds))
    return [
        with_scores(name, 0.8 + lead / 100 + own)
        for (name, lead), own in zip(names.items(), noise, strict=True)
    ]


def with_scores(name, scores):
    ids, right = np.arange(1, 11), np.ones(10)
    return CandidateScores(
        name, {fold: FoldScores(ids, right, float(own), 1 / 9) for fold, own in enumerate(scores)}
    )


@pytest.mark.parametrize(
    ("leads", "folds", "settled"),
    [([0], 1, True), ([0, 0], 4, False), ([0, 0], 7, True), ([0, -3], 7, False), ([0, -20], 9, False)],
)
def test_a_race_is_settled_when_further_folds_would_hardly_tell_anyone_apart(leads, folds, settled):
    candidates = [
        with_scores(f"c{number}", 0.8 + lead / 100 + np.roll(WOBBLE[:7], number)[:folds])
        for number, lead in enumerate(leads)
    ]
    assert is_settled(candidates, ACCURACY, 10) is settled


def test_a_race_is_not_settled_before_all_have_run_the_same_folds():
    candidates = [*drawn({"a": 0}, 8), *drawn({"b": 0}, 7)]
    assert not is_settled(candidates, ACCURACY, 10)


def test_what_is_called_settled_is_what_the_full_grid_finds():
    """Of 20 races of three equal candidates after six folds, those that are settled stay tied."""
    from embedkit.evaluation.ranking.tiers import find_tiers

    stayed = []
    for seed in range(20):
        full = drawn({"a": 0, "b": 0, "c": 0}, 10, seed)
        early = [replace(own, folds={fold: own.folds[fold] for fold in range(6)}) for own in full]
        if is_settled(early, ACCURACY, 10):
            stayed.append(len(find_tiers(full, ACCURACY).tiers) == 1)
    assert len(stayed) > 5
    assert all(stayed)


def test_a_settled_race_has_no_unfinished_candidates_and_says_so(candidate, course):
    candidates = [candidate("a", 0.8 + WOBBLE[:6]), candidate("b", 0.8 - WOBBLE[:6])]
    ranking = make_ranking(candidates, ACCURACY, course(race=True, settled=True))
    assert (ranking.settled_after, ranking.unfinished) == (6, ())
    assert "the last 4 of 10 folds would hardly have changed this" in ranking.conclusion
