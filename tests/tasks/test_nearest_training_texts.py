"""The training texts nearest to wrong texts, by vectors of text encoders that are in the cache."""

from __future__ import annotations

import numpy as np
import pytest

import embedkit
from embedkit.errors import RunError
from embedkit.files.storage import InMemory
from embedkit.model.encoded_texts import cached_vectors, encode_texts
from embedkit.plugin.registry import build_registry
from embedkit.runs.recipes import training_components
from embedkit.tasks.nearest_texts import nearest_training_texts

TEXTS = [f"{word} {thing} indeed" for word in ("good", "fine", "bad", "poor") for thing in "abcdefgh"]
LABELS = ["pos", "neg"] * (len(TEXTS) // 2)  # nothing that can be learnt, so that many texts are wrong


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))


def recipe(encoder="pooled", **embedding):
    return {
        "name": "small",
        "data": {"train": {"use": "inline", "texts": TEXTS, "labels": LABELS}, "test": {"share": 0.4}},
        "embedding": {"use": "trigrams", **embedding},
        "encoder": encoder,
        "training": {"epochs": 1},
        "evaluation": {"baselines": [], "function_words": []},
    }


@pytest.mark.parametrize("encoder", ["pooled", "bag"])
def test_the_vectors_are_those_of_the_frozen_text_encoder(trigrams, tmp_path, encoder):
    run = embedkit.run(recipe(encoder), out=tmp_path / "run")
    found = nearest_training_texts(run, build_registry())
    model = training_components(run, build_registry()).text_model
    train = run.predictions.query("split == 'train'")
    assert found.texts
    for each in found.texts[:3]:
        asked = run.errors.held_out.texts[[*run.errors.held_out.ids].index(each.id)]
        own, *others = means(model, [asked, *train["text"]], encoder == "pooled")
        cosines = [own @ other / np.linalg.norm(own) / np.linalg.norm(other) for other in others]
        best = sorted(cosines, reverse=True)[:3]
        assert [near.cosine for near in each.nearest] == pytest.approx(best, abs=1e-5)
    assert found.vectors.startswith("the pooled" if encoder == "pooled" else "the mean of")


def means(model, texts, pooled):
    encoded = encode_texts(model, texts, pooled, InMemory())
    return [each.mean(axis=0) for each in np.split(encoded.values, encoded.lengths.cumsum()[:-1])]


def test_nothing_is_encoded_for_it(trigrams, tmp_path, monkeypatch):
    run = embedkit.run(recipe(), out=tmp_path / "run")
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "empty"))
    with pytest.raises(RunError, match="not in the cache"):
        nearest_training_texts(run, build_registry())


def test_models_without_kept_vectors_of_texts_say_so(trigrams, tmp_path):
    trained = embedkit.run(recipe(trainable="all"), out=tmp_path / "trained")
    with pytest.raises(RunError, match="training changed the text encoder"):
        nearest_training_texts(trained, build_registry())
    changed = {key: recipe()[key] for key in ("name", "data")} | {"baseline": "majority"}
    baseline = embedkit.run(changed, out=tmp_path / "baseline")
    with pytest.raises(RunError, match="has no vectors of texts"):
        nearest_training_texts(baseline, build_registry())


def test_a_baseline_of_pooled_vectors_has_them(trigrams, tmp_path):
    baseline = {"use": "text-encoder", "encoder": "trigrams"}
    changed = {key: recipe()[key] for key in ("name", "data")} | {"baseline": baseline}
    run = embedkit.run(changed, out=tmp_path / "baseline")
    found = nearest_training_texts(run, build_registry())
    assert all(len(each.nearest) == 3 for each in found.texts)


def test_vectors_are_cached_or_none(trigrams, tmp_path):
    run = embedkit.run(recipe(), out=tmp_path / "run")
    model = training_components(run, build_registry()).text_model
    assert cached_vectors(model, [*TEXTS, "another text"], pooled=True) is None
    assert cached_vectors(model, TEXTS, pooled=False) is None
    found = cached_vectors(model, [TEXTS[1], TEXTS[0], TEXTS[1]], pooled=True)
    assert found is not None
    expected = encode_texts(model, [TEXTS[1], TEXTS[0], TEXTS[1]], True, InMemory()).values
    assert np.array_equal(np.concatenate(found), expected)
    assert cached_vectors(model, [], pooled=True) == []
