"""Networks whose probabilities are averaged with those of a baseline: trained, saved, loaded, compared."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

import embedkit
from embedkit.errors import RecipeError, RunError
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe

TEXTS = [
    f"{mood} {thing} {number}"
    for number in range(4)
    for mood in ("good", "fine", "bad", "poor")
    for thing in ("film", "plot", "cast", "score")
]
LABELS = (["pos"] * 8 + ["neg"] * 8) * 4
PROBABILITIES = ["p_neg", "p_pos"]
WITH_WORDS = {"tokenizer": "whitespace", "embedding": {"use": "random", "dim": 4}, "encoder": "bag"}
WITH_TEXT_ENCODER = {"embedding": {"use": "trigrams", "trainable": "all"}, "encoder": "pooled"}
KINDS = {"embedding matrix": WITH_WORDS, "text encoder": WITH_TEXT_ENCODER}


def recipe(averaged_with="nbsvm", network=WITH_WORDS, **sections):
    test = {"use": "inline", "texts": ["good new film", "", "zzz", "poor plot"], "labels": ["pos", "neg"] * 2}
    return {
        "name": "mean",
        "seed": 3,
        "data": {"train": {"use": "inline", "texts": TEXTS, "labels": LABELS}, "test": test},
        **network,
        "averaged_with": averaged_with,
        "training": {"epochs": 2},
        "evaluation": {"metrics": ["accuracy", "log-loss"], "baselines": ["nbsvm"], "function_words": []},
        **sections,
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return embedkit.run(recipe(), out=tmp_path_factory.mktemp("runs") / "mean")


@pytest.mark.parametrize("kind", KINDS)
def test_predictions_are_the_mean_of_the_two_models(trigrams, tmp_path, kind):
    together = embedkit.run(recipe(network=KINDS[kind]), out=tmp_path / "together")
    network = embedkit.run(recipe(None, KINDS[kind]), out=tmp_path / "network")
    bag = recipe(None, {"baseline": "nbsvm"})
    del bag["averaged_with"], bag["training"]
    baseline = embedkit.run(bag, out=tmp_path / "baseline")
    mean, *both = (run.predictions[PROBABILITIES].to_numpy() for run in (together, network, baseline))
    assert not np.allclose(*both)
    assert mean.tobytes() == ((both[0] + both[1]) / 2).tobytes()
    assert (together.predictions["probability"] == mean.max(axis=1)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_is_loaded_with_the_same_predictions(trigrams, tmp_path, kind):
    run = embedkit.run(recipe(network=KINDS[kind]), out=tmp_path / "run")
    run.verify()
    loaded = embedkit.load(run.path).predict(run.predictions["text"])
    np.testing.assert_allclose(loaded[PROBABILITIES], run.predictions[PROBABILITIES], rtol=1e-5)


def test_the_network_alone_stands_beside_their_mean(finished, tmp_path):
    network = embedkit.run(recipe(None), out=tmp_path / "network")
    for split, figures in finished.results.items():
        alone, own = figures.baselines["network alone"], network.results[split]
        assert (alone.accuracy, alone.scores["log-loss"]) == (own.scores["accuracy"], own.scores["log-loss"])
        assert alone.against_model.difference == pytest.approx(
            own.scores["accuracy"] - figures.scores["accuracy"]
        )
    assert [*finished.results["test"].baselines] == ["network alone", "nbsvm"]
    assert [*network.results["test"].baselines] == ["nbsvm"]


def test_the_loss_is_that_of_the_mean(finished):
    for split, figures in finished.results.items():
        assert figures.loss == pytest.approx(figures.scores["log-loss"]), split


def test_several_labels_are_averaged_too(tmp_path):
    train = {"use": "inline", "texts": TEXTS, "labels": ["a", "a|b"] * 32}
    data = {"train": train, "test": {"share": 0.25}, "label_separator": "|"}
    metrics = {"metrics": ["accuracy"], "baselines": []}
    run = embedkit.run(recipe("nbsvm", data=data, evaluation=metrics), out=tmp_path / "run")
    loaded = embedkit.load(run.path).predict(run.predictions["text"])
    np.testing.assert_allclose(loaded[["p_a", "p_b"]], run.predictions[["p_a", "p_b"]], rtol=1e-5)


def test_folds_and_seeds_are_averaged_one_by_one(tmp_path):
    data = {"train": {"use": "inline", "texts": TEXTS, "labels": LABELS}, "folds": {"count": 2}}
    run = embedkit.run(recipe(data=data, seeds=[1, 2]), out=tmp_path / "run")
    assert len(run.folds) == 4
    assert all((fold.path / "averaged.safetensors").is_file() for fold in run.folds)
    assert "network alone" in run.summaries["test"].baselines


def test_a_baseline_that_cannot_be_stored_or_cannot_learn_is_refused_before_training(tmp_path, first_class):
    with pytest.raises(RecipeError, match="^averaged_with: 'first' has no state that can be stored"):
        embedkit.run(recipe("first"), out=tmp_path / "run")
    train = {"use": "inline", "texts": TEXTS[:9], "labels": ["a", "b", "c"] * 3}
    with pytest.raises(
        RecipeError, match="^averaged_with: 'first' cannot learn a multiclass task, but binary"
    ):
        embedkit.run(recipe("first", data={"train": train}), out=tmp_path / "run")
    several = {"train": {**train, "labels": ["a", "a|b", "b"] * 3}, "label_separator": "|"}
    with pytest.raises(RecipeError, match="averaged_with: 'first' cannot learn several labels of a text"):
        embedkit.run(recipe("first", data=several), out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda run: (run / "averaged.json").unlink(), "averaged.json"),
        (lambda run: (run / "averaged.safetensors").write_bytes(b"no tensors"), "averaged.safetensors"),
        (lambda run: (run / "averaged.json").write_text('{"arrays": {}}'), "averaged.json"),
    ],
)
def test_damaged_files_of_the_baseline_are_named(finished, tmp_path, change, expected):
    shutil.copytree(finished.path, tmp_path / "run")
    change(tmp_path / "run")
    with pytest.raises(RunError, match=expected):
        embedkit.load(tmp_path / "run")


def test_a_state_that_is_missing_from_the_manifest_too_is_named(finished, tmp_path):
    copied = tmp_path / "run"
    shutil.copytree(finished.path, copied)
    (copied / "averaged.json").unlink()
    manifest = json.loads((copied / "manifest.json").read_text(encoding="utf-8"))
    del manifest["averaged.json"]
    (copied / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(RunError, match="averages the model with 'nbsvm', and averaged.json is gone"):
        embedkit.load(copied)


def test_a_name_that_is_no_baseline_is_told_with_the_nearest():
    with pytest.raises(RecipeError, match=r"averaged_with: .*'nbsv'.*nbsvm"):
        load_recipe(recipe("nbsv"), build_registry())


def test_a_recipe_with_a_baseline_as_its_model_is_averaged_with_none():
    bag = recipe("nbsvm", {"baseline": "nbsvm"})
    del bag["training"]
    with pytest.raises(RecipeError, match="averaged_with"):
        load_recipe(bag, build_registry())


def test_the_same_baseline_beside_the_mean_is_fitted_once(tmp_path, monkeypatch):
    from embedkit_baselines.linear import Nbsvm

    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    fits = []
    fit = Nbsvm.fit
    monkeypatch.setattr(Nbsvm, "fit", lambda self, *training: fits.append(1) or fit(self, *training))
    embedkit.run(recipe(seed=4), out=tmp_path / "run")
    assert len(fits) == 1
