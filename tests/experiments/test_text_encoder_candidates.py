"""Candidates with text encoders: which there are where one is at hand, and what is left out and said."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

import embedkit
from embedkit.experiments import sources as module
from embedkit.experiments.candidates import of_text_encoder
from embedkit.experiments.ranking import request
from embedkit.experiments.ranking.request import RankRequest, ranking_of
from embedkit.experiments.sources import sources, text_encoders
from embedkit.plugin.registry import build_registry
from embedkit.recipe.text_encoder import TextEncoderRecipe
from embedkit.runs.reporter import Reporter

TEXTS = [
    f"{number} a {word} film and plot" for number in range(8) for word in ("fine", "dull", "warm", "poor")
]


@pytest.fixture
def at_hand(monkeypatch):
    """A registry for which all-MiniLM-L6-v2 counts as installed: recipes are made, and no file is opened."""
    monkeypatch.setattr(module, "READING_MINILM", ())
    return build_registry()


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.csv"
    labels = ["good", "bad"] * 16
    rows = (f"{text},{label}" for text, label in zip(TEXTS, labels, strict=True))
    path.write_text("\n".join(["text,label", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def vectors(tmp_path):
    path = tmp_path / "own.vec"
    path.write_text("2 2\nfilm 1 0\nfine 0 1\n", encoding="utf-8")
    return path


def test_text_encoders_and_what_is_made_with_them_are_usual_candidates(at_hand, texts, vectors):
    recipe = ranking_of(RankRequest(texts, vectors=[vectors]), at_hand, Reporter())
    names = [*recipe.candidates]
    assert names[-2:] == ["minilm-pooled", "minilm-cnn-frozen"]  # no minutes, and so no fine-tuned one
    assert {"minilm-distilled-mean", "minilm-distilled-cnn-frozen", "minilm-distilled-cnn"} <= {*names}
    assert {"own-mapped-mean", "own-mapped-cnn"} <= {*names}
    for name in names[-2:]:
        assert isinstance(recipe.candidates[name], TextEncoderRecipe)
        assert recipe.candidates[name].embedding.trainable == "none"
    mapped = recipe.candidates["own-mapped-cnn"].to_plain()
    assert (mapped["oov"][0], mapped["oov"][1]["use"], mapped["oov"][2]) == ("glove", "mapped", "zero")
    assert mapped["oov"][1]["source"]["use"] == "distilled"
    assert len({str(each.to_plain()["data"]["train"]) for each in recipe.candidates.values()}) == 1


def test_vectors_that_have_every_word_are_not_mapped(at_hand):
    names = {source.name for source in sources([], at_hand)}
    assert not names & {"random-mapped", "word2vec-train-mapped", "minilm-distilled-mapped"}


def test_files_that_are_called_like_a_text_encoder_have_another_name(at_hand, tmp_path, vectors):
    paths = []
    for name in ("minilm.vec", "MiniLM-distilled.txt", "own-mapped.vec", "own.vec"):
        paths.append(tmp_path / name)
        paths[-1].write_bytes(vectors.read_bytes())
    taken = ["minilm", *(source.name for source in sources(paths, at_hand))]
    assert len({name.casefold() for name in taken}) == len(taken)


def test_what_takes_too_long_is_left_out_and_said(at_hand, texts, told, monkeypatch):
    monkeypatch.setattr(request, "PATIENCE", 2 * request.SECONDS * sum(map(len, TEXTS)) * 0.99)
    names = [*ranking_of(RankRequest(texts, folds=2), at_hand, told).candidates]
    assert not {"minilm-pooled", "minilm-cnn-frozen"} & {*names}
    assert "minilm-distilled-mean" in names
    line, _ = [line for line in told.stages if line.startswith("left out")]
    assert line.startswith("left out: minilm-pooled and minilm-cnn-frozen, as reading these texts takes ")
    monkeypatch.setattr(request, "PATIENCE", 2 * request.SECONDS * sum(map(len, TEXTS)) * 1.01)
    assert "minilm-pooled" in ranking_of(RankRequest(texts, folds=2), at_hand, told).candidates


def fine_tuned(registry, texts, reporter=None, **more):
    recipe = ranking_of(RankRequest(texts, folds=2, **more), registry, reporter or Reporter())
    return recipe.candidates.get("minilm-fine-tuned")


def test_a_text_encoder_is_trained_where_the_minutes_allow_it(at_hand, texts, told):
    seconds = 2 * request.FINE_TUNING * 2 * request.SECONDS * sum(map(len, TEXTS))
    assert fine_tuned(at_hand, texts, told) is None
    assert fine_tuned(at_hand, texts, told, minutes=0.99 * seconds / 60) is None
    said = "left out: minilm-fine-tuned, which --minutes 1 or more would rank too"
    assert [line for line in told.stages if line.startswith("left out")] == [said, said]
    candidate = fine_tuned(at_hand, texts, told, minutes=1)
    assert candidate.embedding.trainable == "all"
    assert (candidate.encoder.use, candidate.training.epochs) == ("pooled", 3)


def test_a_ranking_that_is_resumed_keeps_its_candidates_whatever_the_minutes(at_hand, texts, tmp_path):
    for minutes, other in ((60, None), (None, 60)):
        begun = tmp_path / f"begun-{minutes}"
        written = ranking_of(RankRequest(texts, folds=2, minutes=minutes), at_hand, Reporter())
        for place in (begun, begun.with_name(f"{begun.name}.partial")):
            place.mkdir()
            (place / "recipe.yaml").write_text(written.to_yaml(), encoding="utf-8")
            again = RankRequest(texts, folds=2, minutes=other, resumed=begun)
            assert ranking_of(again, at_hand, Reporter()) == written
            (place / "recipe.yaml").unlink()
    assert fine_tuned(at_hand, texts, minutes=60, resumed=tmp_path / "nothing") is not None


def test_a_text_encoder_that_is_not_installed_or_blocked_is_no_candidate(at_hand, monkeypatch, texts):
    assert text_encoders(build_registry(["transformers"])) == []
    monkeypatch.setattr(module, "READING_MINILM", ("no_such_package_at_all",))
    assert text_encoders(at_hand) == []
    names = [*ranking_of(RankRequest(texts), at_hand, Reporter()).candidates]
    assert not [name for name in names if "minilm" in name or "mapped" in name]


@pytest.mark.skipif(not all(map(find_spec, module.READING_MINILM)), reason="needs the extra minilm")
@pytest.mark.parametrize("name", ["minilm-pooled", "minilm-cnn-frozen"])
def test_the_candidates_learn_what_words_mean(tmp_path, name):
    (source,) = text_encoders(build_registry())
    train = {"use": "inline", "texts": TEXTS, "labels": ["good", "bad"] * 16}
    recipe = of_text_encoder(source, {"train": train, "test": {"share": 0.25}})[name]
    run = embedkit.run(recipe, out=tmp_path / "run")
    assert run.metrics["test"]["accuracy"] > 0.7
