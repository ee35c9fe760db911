"""The analysis over all folds and seeds of a run, against what its files say when they are counted anew."""

from __future__ import annotations

import json
import random
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy.stats import permutation_test
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

import embedkit
from embedkit.errors import RunError
from embedkit.evaluation.oov.result import to_json
from embedkit.experiments.summary import analyse_repeated
from embedkit.plugin.registry import build_registry
from embedkit.recipe.components import Components
from embedkit.recipe.load import load_recipe
from embedkit.recipe.repeats import single_runs
from embedkit.runs import held_out as held_out_runs
from embedkit.runs.run import Run

pytestmark = pytest.mark.any_system

OUT = ("filled", "unseen", "dropped")
EDGES = (0.0, 0.1, 0.2, 0.3, 0.5, 1.0)
N = 240


def planted():
    """Texts that say what they are by one of four words or, half of them, by words that no other text has."""
    draw = random.Random(5)
    texts, labels = [], []
    for i in range(N):
        positive = draw.random() < 0.5
        mood = draw.choice(["good", "fine"] if positive else ["bad", "poor"])
        told = [mood] if i % 2 else [f"w{i}"]
        texts.append(" ".join([*told, "the", *draw.choices(["film", "plot", "cast", f"v{i}"], k=i % 5 + 1)]))
        labels.append("pos" if positive else "neg")
    return {"use": "inline", "texts": texts, "labels": labels}


@pytest.fixture(scope="module")
def recipe():
    return {
        "name": "planted",
        "data": {"train": planted(), "validation": {"share": 0.2}, "folds": {"count": 4}},
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 8},
        "encoder": {"use": "bag"},
        "training": {"epochs": 6, "lr": 0.1},
        "evaluation": {"metrics": ["accuracy"], "baselines": []},
    }


@pytest.fixture(scope="module")
def folds(recipe, tmp_path_factory):
    return embedkit.run({**recipe, "seed": 2}, out=tmp_path_factory.mktemp("runs") / "folds")


@pytest.fixture(scope="module")
def seeds(recipe, tmp_path_factory):
    return embedkit.run({**recipe, "seeds": [3, 2]}, out=tmp_path_factory.mktemp("runs") / "seeds")


STATES = {"c": "covered", "r": "recovered", "f": "filled", "u": "unseen", "d": "dropped"}


def held_out(run):
    """The test rows of the runs inside, from their own files."""
    texts = {"token_states": str, "token_content": str}
    frames = [
        pd.read_csv(each.path / "predictions.csv", keep_default_na=False, dtype=texts) for each in run.folds
    ]
    frame = pd.concat([each[each["split"] == "test"] for each in frames], ignore_index=True)
    frame["token_list"] = frame["token_list"].map(json.loads)
    frame["token_states"] = frame["token_states"].map(lambda letters: [STATES[letter] for letter in letters])
    frame["token_content"] = frame["token_content"].map(lambda digits: [*map(int, digits)])
    return frame.assign(
        wrong=frame["label"] != frame["predicted"],
        share=[
            np.mean([s in OUT for s, c in zip(states, content, strict=True) if c]) if any(content) else np.nan
            for states, content in zip(frame["token_states"], frame["token_content"], strict=True)
        ],
    )


def test_it_has_the_form_of_a_single_runs(folds):
    of_all, of_one = folds.oov.figures, folds.folds[0].oov.figures
    assert [*of_all] == [*of_one]
    assert [*of_all["splits"]] == ["test"]

    def form(value):
        return {key: form(each) for key, each in value.items()} if isinstance(value, dict) else None

    assert form(of_all["splits"]["test"]) == form(of_one["splits"]["test"])
    assert form(of_all["drift"]) == form(of_one["drift"])


def test_what_is_read_would_be_written_again_byte_by_byte(folds, seeds):
    for run in (folds, seeds, *folds.folds[:2]):
        text = json.dumps(to_json(run.oov.analysis), indent=2, ensure_ascii=False) + "\n"
        assert text == (run.path / "oov.json").read_text("utf-8")
        assert run.oov.figures == run.read_json("oov.json")


def test_every_text_counts_once(folds):
    errors = folds.oov.figures["splits"]["test"]["errors"]
    assert errors["n"] == N
    assert errors["wrong"] == held_out(folds)["wrong"].sum()
    assert sum(bucket["n"] for bucket in errors["content"]["buckets"]) == N


def test_tokens_and_types_are_those_of_the_runs_files(folds):
    frame = held_out(folds)
    coverage = folds.oov.coverage.fillna({"class": "whole"}).set_index(["class", "unit", "of"])
    for label, rows in [("whole", frame), *frame.groupby("label")]:
        read = [
            (token, state, content)
            for _, row in rows.iterrows()
            for token, state, content in zip(
                row["token_list"], row["token_states"], row["token_content"], strict=True
            )
        ]
        for of, chosen in (("all", read), ("content", [each for each in read if each[2]])):
            for unit, words in (("tokens", chosen), ("types", {*chosen})):
                counts = Counter(state for _, state, _ in words)
                found = coverage.loc[label, unit, of]
                assert {state: found[state] for state in ("covered", *OUT)} == {
                    state: counts[state] for state in ("covered", *OUT)
                }, (label, unit, of)
    missing = Counter(
        token
        for _, row in frame.iterrows()
        for token, state in zip(row["token_list"], row["token_states"], strict=True)
        if state in OUT
    )
    assert folds.oov.missing["count"].tolist() == sorted(missing.values(), reverse=True)[:50]
    assert all(missing[row["word"]] == row["count"] for _, row in folds.oov.missing.iterrows())


def test_error_rates_and_their_intervals_are_wilsons(folds):
    frame, z = held_out(folds), 1.959964
    for bucket, low, high in zip(
        folds.oov.buckets.query("of == 'content'").to_dict("records"), (-1, *EDGES), EDGES, strict=False
    ):
        rows = frame[(frame["share"] > low) & (frame["share"] <= high)]
        n, wrong = len(rows), int(rows["wrong"].sum())
        assert (bucket["n"], bucket["wrong"]) == (n, wrong)
        if n:
            p = wrong / n
            middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
            ends = [(middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)]
            assert [bucket["low"], bucket["high"]] == pytest.approx(ends, abs=1e-6)


def test_the_planted_difference_is_found_and_is_that_of_the_files(folds):
    frame = held_out(folds)
    found = folds.oov.tests.query("of == 'content'").iloc[0]
    wrong, right = frame.loc[frame["wrong"], "share"], frame.loc[~frame["wrong"], "share"]
    assert found["wrong_mean"] == pytest.approx(wrong.mean())
    assert found["right_mean"] == pytest.approx(right.mean())
    test = permutation_test(
        (wrong, right),
        lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis),
        n_resamples=9_999,
        vectorized=True,
        random_state=np.random.default_rng(8),
    )
    assert found["p_value"] == pytest.approx(test.pvalue, abs=0.01)
    assert found["p_value"] < 0.001
    assert folds.oov.verdicts["test"].startswith("Errors go with more words out of vocabulary: on average")


def test_the_odds_ratio_is_that_of_a_regression_on_the_files(folds):
    frame = held_out(folds)
    design = np.column_stack([np.ones(N), frame["share"] / 0.1, frame["tokens"]])
    fit = GLM(frame["wrong"].astype(float), design, family=Binomial()).fit()
    found = folds.oov.odds_ratios.iloc[0]
    assert found["value"] == pytest.approx(np.exp(fit.params.iloc[1]), rel=1e-4)
    assert [found["low"], found["high"]] == pytest.approx(np.exp(fit.conf_int().iloc[1]).tolist(), rel=1e-3)
    assert found["low"] > 1


def test_each_seed_is_analysed_as_it_would_be_alone(folds, seeds):
    assert [*seeds.oov.seeds] == [2, 3]
    assert seeds.oov.seeds[2].figures == folds.oov.figures
    assert seeds.oov.seeds[2].tests.equals(folds.oov.tests)
    assert (seeds.oov.seeds[3].wrong["seed"] == 3).all()
    assert not folds.oov.seeds


def test_seeds_make_no_figure_surer(seeds):
    own = [frames.figures["splits"]["test"]["errors"] for frames in seeds.oov.seeds.values()]
    together = seeds.oov.figures["splits"]["test"]["errors"]
    assert together["n"] == N
    assert together["wrong"] == np.mean([each["wrong"] for each in own])
    assert together["content"]["p_value"] == max(each["content"]["p_value"] for each in own)
    for bucket, *same in zip(*(each["content"]["buckets"] for each in (together, *own)), strict=True):
        for each in same:
            if each["n"]:
                assert bucket["ci95"][0] <= each["ci95"][0] < each["ci95"][1] <= bucket["ci95"][1]
    tokens = seeds.oov.coverage.query("unit == 'tokens' and of == 'all' and `class`.isna()")
    states = tokens[["covered", "recovered", *OUT]].to_numpy().sum()
    assert states == held_out(seeds)["tokens"].sum() / 2


def test_repeated_seeds_without_folds_are_analysed_on_the_last_split(recipe, tmp_path):
    data = {
        "train": planted(),
        "test": {"use": "inline", "texts": ["good q", "z bad"], "labels": ["pos", "neg"]},
    }
    run = embedkit.run({**recipe, "data": data, "seeds": [1, 2]}, out=tmp_path / "run")
    for each in run.folds:
        seed = int(each.path.name.removeprefix("seed-"))
        assert run.oov.seeds[seed].figures["splits"]["test"] == each.oov.figures["splits"]["test"]
    assert run.oov.figures["splits"]["test"]["coverage"]["tokens"]["all"]["unseen"] == 2


def of_vectors(labels, **data):
    """A recipe of texts of which one word has a vector in gensim's small file and others have none."""
    words = ["nice", "great", "best", "stop", "work", "highly"]
    texts = [f"{words[i % 6]} x{i % 5} x{i}" for i in range(len(labels))]
    return {
        "name": "vectors",
        "data": {"train": {"use": "inline", "texts": texts, "labels": labels}, **data},
        "tokenizer": "whitespace",
        "embedding": {
            "use": "word2vec-binary",
            "path": "package:gensim/test/test_data/euclidean_vectors.bin",
            "trainable": "none",
        },
        "encoder": {"use": "bag"},
        "training": {"epochs": 2},
        "evaluation": {"metrics": ["accuracy"], "baselines": []},
    }


def test_what_other_policies_change_adds_up_over_folds_and_is_halved_over_two_seeds(tmp_path):
    recipe = of_vectors(["pos", "neg", "neg"] * 10, validation={"share": 0.2}, folds={"count": 3})
    frozen = embedkit.run({**recipe, "seeds": [1, 2]}, out=tmp_path / "frozen")
    assert frozen.oov.figures["drift"] is None
    own = [each.oov.policies.query("split == 'test'").set_index("policy") for each in frozen.folds]
    together = frozen.oov.policies.set_index("policy")
    assert {"mean", "normal", "uniform"} <= {*together.index}
    assert {*together["split"]} == {"test"}
    assert together[["turned_right", "turned_wrong"]].to_numpy().sum() > 0
    for policy, row in together.iterrows():
        for key in ("turned_right", "turned_wrong"):
            assert row[key] == sum(each.loc[policy, key] for each in own) / 2
            by_seed = [frames.policies.set_index("policy") for frames in frozen.oov.seeds.values()]
            assert row[key] == np.mean([each.loc[policy, key] for each in by_seed])


def test_drift_is_the_mean_of_the_runs(folds):
    drift = [each.oov.figures["drift"] for each in folds.folds]
    for origin, row in folds.oov.figures["drift"].items():
        for figure in ("rows", "mean_distance"):
            assert row[figure] == pytest.approx(np.mean([each[origin][figure] for each in drift]))


def test_several_labels_and_words_looked_up_are_counted_as_each_run_does(tmp_path):
    recipe = of_vectors(["x|y", "y", "", "x", "x|y", "y"], label_separator="|", folds={"count": 3})
    run = embedkit.run(recipe, out=tmp_path / "run", set={"embedding.unseen": "lookup"})
    own = [each.oov.coverage.query("split == 'test' and unit == 'tokens'") for each in run.folds]
    columns = ["covered", "recovered", *OUT, "looked_up"]
    summed = sum(each.fillna({"class": "whole"}).set_index(["class", "of"])[columns] for each in own)
    found = run.oov.coverage.query("unit == 'tokens'").fillna({"class": "whole"})
    found = found.set_index(["class", "of"])[columns]
    assert found.equals(summed)
    assert found.loc[("whole", "all"), "looked_up"] == 6
    assert run.oov.figures["splits"]["test"]["errors"]["n"] == 6


def test_it_is_the_same_in_whatever_pieces_it_is_read(seeds, monkeypatch):
    registry = build_registry()
    components = Components(load_recipe(seeds.path / "recipe.yaml", registry), registry)
    singles = single_runs(components.recipe)
    directories = {run.path.name: run.path for run in seeds.folds}
    monkeypatch.setattr(held_out_runs, "BLOCK", 7)
    found = analyse_repeated(singles, directories, seeds.path / "predictions.csv", "test", components)
    assert found == seeds.oov.analysis


def test_what_only_single_runs_have_is_refused_by_naming_them(folds):
    with pytest.raises(RunError, match=r"each of them has its own table-drift.csv"):
        _ = folds.oov.drift


def test_a_text_of_any_length_is_read_again(recipe, tmp_path):
    train = planted()
    train["texts"][0] = " ".join(f"long{i}" for i in range(20_000))
    run = embedkit.run(
        {**recipe, "data": {"train": train, "folds": {"count": 2}}, "training": {"epochs": 1}},
        out=tmp_path / "run",
    )
    assert run.predictions["tokens"].max() == 20_000
    assert Run(run.path).oov.figures["splits"]["test"]["coverage"]["tokens"]["all"]["unseen"] >= 20_000
