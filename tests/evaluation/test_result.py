"""metrics.json as typed data: what is written is read back, key by key, and what is damaged is refused."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from embedkit.evaluation.intrinsic_figures import AnalogyFigures, SimilarityFigures, figures_from_json
from embedkit.evaluation.repeated import summarize_runs
from embedkit.evaluation.result import (
    AgainstModel,
    BaselineResult,
    LeftOut,
    SplitMetrics,
    metrics_to_json,
    splits_from_json,
    summaries_from_json,
)

texts = st.sampled_from(["f1", "own metric", "é\u2028", "", "scores", "mean", "folds", "left_out"])
names = texts
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70)
shares = st.floats(0, 1)
intervals = st.tuples(shares, shares)
values = st.none() | numbers | st.dictionaries(names, numbers | st.lists(numbers, max_size=2), max_size=2)
reasons = st.dictionaries(names, texts, max_size=2)
counts = st.integers(0, 2**63 - 1)
differences = st.builds(
    AgainstModel, shares, intervals, counts, counts, shares, st.none() | shares, st.none() | shares
)
fitted = st.builds(
    BaselineResult,
    accuracy=shares,
    accuracy_ci95=intervals,
    against_model=differences,
    scores=st.dictionaries(names, values, max_size=3),
    undefined=reasons,
    chosen=st.dictionaries(names, texts | numbers, max_size=2),
)
baselines = st.dictionaries(texts, fitted | st.builds(LeftOut, texts), max_size=2)


@st.composite
def splits(draw):
    """The metrics of the splits of a run, which all have the same figures."""
    metrics = draw(st.lists(names, unique=True, max_size=3))
    accuracy = draw(st.booleans())
    order = draw(st.permutations([*metrics, *(["accuracy"] if accuracy else [])]))
    beside = draw(baselines)
    return {
        split: SplitMetrics(
            n=draw(st.integers(1, 2**63 - 1)),
            loss=draw(shares),
            scores={name: draw(numbers if name == "accuracy" else values) for name in order},
            accuracy_ci95=draw(intervals) if accuracy else None,
            undefined=draw(reasons),
            baselines=beside,
        )
        for split in ("train", "test")
    }


def written(content):
    return json.loads(json.dumps(content, allow_nan=False))


@settings(max_examples=40, deadline=None)
@given(splits())
def test_the_metrics_of_a_run_are_read_as_they_were_written(results):
    content = metrics_to_json(results)
    read = splits_from_json(written(content))
    assert {split: [*each.scores] for split, each in read.items()} == (
        {split: [*each.scores] for split, each in results.items()}
    )
    assert json.dumps(metrics_to_json(read)) == json.dumps(content)


@settings(max_examples=40, deadline=None)
@given(st.lists(splits(), min_size=1, max_size=1), st.integers(2, 3))
def test_so_are_those_over_several_runs(runs, count):
    found = summarize_runs([quiet(runs[0])] * count, None, {})
    content = metrics_to_json(found)
    read = summaries_from_json(written(content), count)
    assert json.dumps(metrics_to_json(read)) == json.dumps(content)
    assert {split: [*each.scores] for split, each in read.items()} == (
        {split: [*each.scores] for split, each in found.items()}
    )


def quiet(results):
    """The results without huge numbers, whose mean or deviation would be infinite."""
    return {
        split: replace(metrics, scores=small(metrics.scores), baselines={})
        for split, metrics in results.items()
    }


def small(scores):
    return {name: 0.5 if isinstance(value, int | float) else value for name, value in scores.items()}


def test_keys_stand_in_the_order_of_the_file():
    result = SplitMetrics(
        n=4,
        loss=0.5,
        scores={"f1": 0.5, "accuracy": 0.75, "own": None},
        accuracy_ci95=(0.3, 0.9),
        undefined={"own": "so"},
        baselines={"majority": LeftOut("so")},
    )
    keys = ["n", "loss", "f1", "accuracy", "accuracy_ci95", "own", "undefined", "baselines"]
    assert [*result.to_json()] == keys
    assert result.value("f1") == 0.5
    assert result.value("loss") == 0.5
    assert SplitMetrics(4).to_json() == {"n": 4}


def test_a_metric_may_fail_on_one_split_alone():
    whole = {"n": 4, "loss": 0.5, "own": 1.0}
    failed = {"n": 2, "loss": 0.5, "own": None, "undefined": {"own": "so"}}
    assert splits_from_json({"train": whole, "test": failed})["test"].undefined == {"own": "so"}


similarity = st.builds(
    SimilarityFigures,
    pairs=counts, n=counts, oov=counts, oov_share=shares,
    spearman=st.none() | shares, p_value=st.none() | shares, undefined=st.none() | texts,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(texts, similarity, min_size=1, max_size=3))
def test_figures_of_word_pairs_are_read_as_they_were_written(figures):
    content = {name: each.to_json() for name, each in figures.items()}
    assert figures_from_json(written(content)) == figures
    assert next(iter(next(iter(content.values())))) == "task"


ASKED = {"questions": 3, "n": 2, "oov": 1, "oov_share": 0.3, "correct": 1, "accuracy": 0.5}


def test_so_are_those_of_analogies():
    content = {"google": {"task": "analogies", **ASKED, "sections": {"capitals": ASKED}}}
    figures = figures_from_json(content)["google"]
    assert isinstance(figures, AnalogyFigures)
    assert figures.sections["capitals"].correct == 1
    assert json.dumps({"google": figures.to_json()}) == json.dumps(content)
