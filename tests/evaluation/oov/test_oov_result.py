"""The typed analysis and oov.json: the same figures, the same keys, and nothing that cannot be."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from embedkit.evaluation.oov.result import (
    Bucket,
    Coverage,
    DriftSummary,
    ErrorAnalysis,
    Flips,
    KindCounts,
    MissingWord,
    OddsRatio,
    OovAnalysis,
    OtherPolicies,
    PieceCounts,
    ShareComparison,
    SplitAnalysis,
    StateCounts,
    WordCounts,
    from_json,
    to_json,
)
from embedkit.model.token_states import OF_PIECES, STATES

STATE_KEYS = [*STATES, "looked_up"]
amounts = st.integers(0, 2**53) | st.floats(0, 1e15)
figures = st.floats(allow_nan=False, allow_infinity=False)
names = st.text(max_size=4)


def maybe(strategy):
    return st.none() | strategy


def named(strategy):
    return st.dictionaries(names, strategy, max_size=2)


def tuples(strategy):
    return st.lists(strategy, max_size=2).map(tuple)


def coverages(states):
    kinds = st.builds(KindCounts, states, states)
    words = st.builds(WordCounts, kinds, kinds)
    return st.builds(Coverage, kinds, kinds, amounts, named(words))


of_words = coverages(st.builds(StateCounts, *[amounts] * 6))
of_pieces = coverages(st.builds(PieceCounts, *[amounts] * 4))
missing = st.builds(MissingWord, names, amounts, st.sampled_from(STATES), st.booleans())
in_pieces = st.builds(
    MissingWord, names, amounts, st.sampled_from(OF_PIECES.states), st.booleans(), st.floats(1, 40)
)
empty = st.builds(Bucket, st.none(), st.just(0.0), st.just(0), st.just(0), st.none(), st.none())
filled = st.builds(
    Bucket, st.just(0.1), st.just(0.2), amounts, amounts, st.floats(0.2, 0.3), st.just((0.1, 0.4))
)
compared = st.builds(ShareComparison, amounts, amounts, *[maybe(figures)] * 5, buckets=tuples(empty | filled))
odds = st.builds(OddsRatio, figures, figures, st.tuples(figures, figures), maybe(figures), maybe(names))
errors = st.builds(ErrorAnalysis, amounts, amounts, compared, compared, odds, names)
splits = st.one_of(
    st.dictionaries(names, st.builds(SplitAnalysis, coverage, tuples(words), errors), min_size=1, max_size=2)
    for coverage, words in ((of_words, missing), (of_pieces, in_pieces))
)
flips = st.builds(Flips, amounts, amounts)
policies = st.builds(OtherPolicies, names, maybe(names), named(named(flips)), named(names))
drifts = st.builds(DriftSummary, amounts, amounts, figures, figures, maybe(figures), amounts, maybe(figures))
analyses = st.builds(OovAnalysis, splits, policies, maybe(named(drifts)))
"""Those of a single run."""


def written(analysis):
    return json.dumps(to_json(analysis), indent=2, ensure_ascii=False, allow_nan=False)


@given(analyses)
def test_what_is_written_is_what_is_read(analysis):
    read = from_json(json.loads(written(analysis)))
    assert read == analysis
    assert written(read) == written(analysis)


@given(analyses)
def test_seeds_are_there_where_there_are_several(analysis):
    assert [*to_json(analysis)] == ["splits", "policies", "drift"]
    several = OovAnalysis(analysis.splits, analysis.policies, None, seeds={"3": analysis, "12": analysis})
    content = json.loads(written(several))
    assert [*content] == ["splits", "policies", "drift", "seeds"]
    assert content["seeds"]["12"] == json.loads(written(analysis))
    assert from_json(content) == several


COUNTS = StateCounts(covered=3, recovered=0, filled=1, unseen=0, dropped=2, looked_up=1)
KINDS = KindCounts(all=COUNTS, content=COUNTS)
WORDS = WordCounts(tokens=KINDS, types=KINDS)
BUCKET = Bucket(over=0.5, up_to=1.0, n=4, wrong=1, error_rate=0.25, ci95=(0.1, 0.6))
COMPARED = ShareComparison(4, 8, 0.5, 0.25, 0.25, 0.04, 0.2, (BUCKET,))
ODDS = OddsRatio(0.1, 1.5, (1.1, 2.0), 0.01, None)
SPLIT = SplitAnalysis(
    coverage=Coverage(KINDS, KINDS, cut=2, classes={"pos": WORDS}),
    missing=(MissingWord("nerd", 2, "filled", content=True),),
    errors=ErrorAnalysis(12, 4, COMPARED, COMPARED, ODDS, "Errors go with more."),
)
POLICIES = OtherPolicies("zero", None, {"mean": {"test": Flips(1, 2)}}, {"error": "no vector"})
DRIFT = {"found": DriftSummary(4, 2, 0.5, 0.25, 0.9, 4, None)}
ONE = OovAnalysis({"test": SPLIT}, POLICIES, DRIFT)
WHOLE = OovAnalysis({"test": SPLIT}, POLICIES, DRIFT, seeds={"1": ONE, "2": ONE})


def test_the_keys_are_in_the_order_of_the_documentation():
    content = to_json(ONE)
    split = content["splits"]["test"]
    assert [*split] == ["coverage", "missing", "errors"]
    assert [*split["coverage"]] == ["tokens", "types", "cut", "classes"]
    assert [*split["coverage"]["classes"]["pos"]] == ["tokens", "types"]
    assert [*split["coverage"]["tokens"]] == ["all", "content"]
    assert [*split["coverage"]["tokens"]["all"]] == STATE_KEYS
    assert [*split["missing"][0]] == ["word", "count", "state", "content"]
    assert [*split["errors"]] == ["n", "wrong", "content", "all", "odds_ratio", "verdict"]
    assert [*split["errors"]["all"]] == [
        *("n_wrong", "n_right", "wrong_mean", "right_mean", "difference", "p_value", "detectable", "buckets")
    ]
    assert [*split["errors"]["all"]["buckets"][0]] == ["over", "up_to", "n", "wrong", "error_rate", "ci95"]
    assert [*split["errors"]["odds_ratio"]] == ["per", "value", "ci95", "p_value", "why"]
    assert [*content["policies"]] == ["policy", "why", "refilled", "refused"]
    assert content["policies"]["refilled"] == {"mean": {"test": {"turned_right": 1, "turned_wrong": 2}}}
    assert [*content["drift"]["found"]] == [
        *("rows", "moved", "mean_distance", "median_distance", "median_cosine"),
        *("neighbours_of", "mean_gained"),
    ]


def test_counts_stay_integers():
    assert '"covered": 3,' in written(ONE)
    assert '"covered": 3,' in written(from_json(json.loads(written(ONE))))


def test_totals_of_states():
    assert (COUNTS.total, COUNTS.missing) == (6, 3)
    assert [*COUNTS.by_state] == [*STATES]


PIECES = PieceCounts(whole=5, split=2, unknown=1, pieces=12)


def of_a_text_encoder():
    kinds = KindCounts(all=PIECES, content=PIECES)
    missing = (MissingWord("unwatchable", 2, "split", content=True, pieces=3.5),)
    coverage = Coverage(kinds, kinds, cut=2, classes={"pos": WordCounts(kinds, kinds)})
    split = SplitAnalysis(coverage, missing, SPLIT.errors)
    return OovAnalysis({"test": split}, OtherPolicies("", "it has no table", {}, {}), None)


def test_the_counts_of_a_text_encoder_have_its_states():
    content = to_json(of_a_text_encoder())
    assert content["splits"]["test"]["coverage"]["tokens"]["all"] == {
        "whole": 5,
        "split": 2,
        "unknown": 1,
        "pieces": 12,
    }
    assert content["splits"]["test"]["missing"] == [
        {"word": "unwatchable", "count": 2, "state": "split", "content": True, "pieces": 3.5}
    ]
    assert (PIECES.total, PIECES.missing, PIECES.with_vector) == (8, 3, 7)
    assert from_json(content) == of_a_text_encoder()
    assert from_json(content).state_set == OF_PIECES


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (f"splits.test.coverage.tokens.all.{key}", value, f"splits.test.coverage.tokens.all.{key}")
        for key in ("whole", "split", "unknown", "pieces")
        for value in ("4", -1, None, True)
    ]
    + [("splits.test.missing.0.pieces", value, "splits.test.missing.0.pieces") for value in ("2", -1, True)]
    + [
        (
            "splits.test.coverage.types.content",
            to_json(ONE)["splits"]["test"]["coverage"]["types"]["all"],
            "",
        ),
        ("splits.test.missing.0.state", "filled", ""),
        ("seeds", {"1": to_json(ONE)}, ""),
    ],
)
def test_damage_of_the_counts_of_a_text_encoder_is_reported_where_it_stands(path, value, where):
    content = to_json(of_a_text_encoder())
    changed(content, path, value)
    with pytest.raises(ValidationError) as refused:
        from_json(content)
    assert [".".join(map(str, error["loc"])) for error in refused.value.errors()] == [where]


TOKENS = "splits.test.coverage.tokens.all"
ERRORS = "splits.test.errors"
BUCKETS = f"{ERRORS}.content.buckets.0"
NO_NUMBER = ["4", True, None, [4], {}]


def damages():
    """Places in the content, what is put there, and where the fault is then reported."""
    yield from ((f"{TOKENS}.filled", value) for value in [*NO_NUMBER, -1, -0.5, 2**64, float("nan")])
    yield from ((f"{ERRORS}.{of}.p_value", v) for of in ("all", "content") for v in ("4", True, float("inf")))
    yield from ((f"{ERRORS}.odds_ratio.{key}", "x") for key in ("per", "value", "ci95", "p_value"))
    yield from ((f"{ERRORS}.verdict", value) for value in (None, 4, ["x"]))
    yield from (
        (f"{BUCKETS}.{key}", value) for key in ("over", "up_to", "error_rate") for value in (-0.1, 1.1)
    )
    yield from ((f"{BUCKETS}.{key}", value) for key in ("n", "wrong") for value in (-1, "1", None))
    yield from ((f"{BUCKETS}.ci95", value) for value in ([0.1], [0.1, 0.2, 0.3], [0.1, None], 0.1, "ab"))
    yield from ((f"splits.test.missing.0.{key}", 4) for key in ("word", "state", "content"))
    yield from (("splits.test.missing.0.state", value) for value in ("looked_up", "cut", "x"))
    yield from (("policies.refilled.mean.test.turned_right", value) for value in (-1, None, "1"))
    yield from (("policies.refused.error", value) for value in (None, 1))
    yield from ((f"drift.found.{key}", "x") for key in ("rows", "moved", "median_distance", "mean_gained"))
    yield from ((path, value) for path in ("splits", "policies", "splits.test") for value in (None, [], 4))
    yield from (
        ("splits.test.missing", {}),
        ("drift", [1]),
        ("seeds", [1]),
        ("seeds.2.drift", 4),
        ("splits", {}),
    )


@pytest.mark.parametrize(("path", "value"), [*damages()])
def test_what_cannot_be_is_refused_where_it_stands(path, value):
    content = to_json(WHOLE)
    changed(content, path, value)
    with pytest.raises(ValidationError) as refused:
        from_json(content)
    for error in refused.value.errors():
        assert ".".join(map(str, error["loc"])).startswith(path)


@pytest.mark.parametrize(
    "path",
    [
        *("splits", "policies", "drift", "splits.test.errors", f"{TOKENS}.looked_up", f"{ERRORS}.verdict"),
        *(f"{ERRORS}.all.detectable", f"{BUCKETS}.ci95", f"{ERRORS}.odds_ratio.why", "policies.why"),
        *("splits.test.coverage.classes.pos.types", "drift.found.mean_gained", "seeds.1.policies.refused"),
    ],
)
def test_what_is_missing_is_named(path):
    content = to_json(WHOLE)
    *parents, key = path.split(".")
    del place(content, parents)[key]
    with pytest.raises(ValidationError) as refused:
        from_json(content)
    (error,) = refused.value.errors()
    assert (".".join(map(str, error["loc"])), error["msg"]) == (path, "Field required")


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (f"{BUCKETS}.ci95", [0.3, 0.6], "an error rate outside of its interval"),
        (f"{BUCKETS}.ci95", [0.1, 0.2], "an error rate outside of its interval"),
        (f"{BUCKETS}.ci95", [0.1, 1.5], "an error rate outside of its interval"),
        (f"{BUCKETS}.ci95", [-0.1, 0.5], "an error rate outside of its interval"),
        (f"{BUCKETS}.ci95", None, "texts without an error rate and its interval"),
        (f"{BUCKETS}.error_rate", None, "texts without an error rate and its interval"),
        (f"{ERRORS}.odds_ratio.ci95", None, "a value without its interval"),
        ("seeds.2.splits", {"x": to_json(ONE)["splits"]["test"]}, "seed 2 has other splits"),
    ],
)
def test_figures_that_contradict_each_other_are_refused(path, value, says):
    content = to_json(WHOLE)
    changed(content, path, value)
    with pytest.raises(ValidationError, match=says):
        from_json(content)


@pytest.mark.parametrize("seed", ["01", "-1", "+1", "1.0", " 1", "1" * 20, "", "one", "١"])
def test_a_seed_is_a_number_in_its_usual_spelling(seed):
    with pytest.raises(ValidationError, match="String should match pattern"):
        from_json({**to_json(ONE), "seeds": {seed: to_json(ONE)}})


def test_unknown_keys_are_left_alone():
    content = to_json(WHOLE)
    more = copy.deepcopy(content)
    for parents in ([], ["splits", "test"], BUCKETS.split("."), TOKENS.split("."), ["policies"]):
        place(more, parents)["later"] = {"x": [1]}
    assert from_json(more) == from_json(content)


def place(content, keys):
    for key in keys:
        content = content[int(key) if isinstance(content, list) else key]
    return content


def changed(content, path, value):
    *parents, key = path.split(".")
    place(content, parents)[key] = value
