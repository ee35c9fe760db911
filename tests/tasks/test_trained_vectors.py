"""Vectors trained on the texts are in the cache: the same bits, and never those of other texts or seeds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import embedkit
from embedkit.errors import VocabularyError
from embedkit.files import cache
from embedkit.interfaces import EmbeddingContext
from embedkit.interfaces.contracts import check_lookup
from embedkit.plugin.registry import build_registry
from embedkit.recipe.build import Part
from embedkit.recipe.code_digest import component_digest
from embedkit.recipe.sections.section import spec_of
from embedkit.tasks.trained_vectors import KeptEmbedding, keeping_vectors

WORDS = ["good", "bad", "film", "plot", "café", "two words", 'quo"te', "\x00", "null\x00byte"]
TEXTS = [[WORDS[(i * k) % len(WORDS)] for k in range(1, 6)] for i in range(40)]
ASKED = [*WORDS, "nowhere", ""]
KEYS = {"dim": 8, "min_count": 1, "epochs": 2}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("embedkit.tasks.trained_vectors.WORTH_KEEPING", 0.0)
    monkeypatch.setattr("embedkit.tasks.trained_vectors.FEWEST_TOKENS", 1)
    return tmp_path / "cache"


def part(name="word2vec-train", **keys):
    return Part(build_registry(), "embedding", spec_of({"use": name, **KEYS, **keys}), "embedding")


def kept(**keys):
    of = part(**keys)
    return keeping_vectors(of, of.make())


class NeverTrains:
    """Fails the test if vectors are trained."""

    def train(self, context):
        raise AssertionError("trained again")

    open = train


def context(seed=0, texts=TEXTS):
    return EmbeddingContext(seed, training_tokens=lambda: texts)


def vectors(embedding, **given):
    source = embedding.open(context(**given))
    return check_lookup(source, source.lookup(ASKED), len(ASKED), 8)


def assert_same(one, other):
    for name in ("vectors", "found", "rows"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()


def entries():
    return [entry.path for entry in cache.entries()]


def test_vectors_are_found_and_are_the_same_bits():
    plain = vectors(part().make())
    assert plain.found.tolist() == [True] * len(WORDS) + [False, False]
    assert_same(vectors(kept()), plain)
    assert [path.name for path in entries()] == ["vectors"]
    assert_same(vectors(replace(kept(), embedding=NeverTrains())), plain)
    assert next(iter(cache.sources(cache.entries()).values())) == "40 texts, by word2vec-train"


@pytest.mark.parametrize(
    ("keys", "given"),
    [
        ({}, {"seed": 1}),
        ({"epochs": 3}, {}),
        ({}, {"texts": TEXTS[::-1]}),
        ({}, {"texts": [[*TEXTS[0], *TEXTS[1]], *TEXTS[2:]]}),
        ({}, {"texts": TEXTS[:-1]}),
    ],
    ids=["seed", "parameter", "order", "where texts begin", "fewer texts"],
)
def test_what_differs_is_another_entry(keys, given):
    vectors(kept())
    assert_same(vectors(kept(**keys), **given), vectors(part(**keys).make(), **given))
    assert len(entries()) == 2


def test_tokens_are_not_confused_with_their_parts():
    vectors(kept(), texts=[["a", "b"], ["a b"]])
    vectors(kept(), texts=[["a b"], ["a", "b"]])
    assert len(entries()) == 2


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-9], lambda content: b"", lambda content: content[::-1]]
)
def test_a_damaged_entry_is_made_again(damage):
    expected = vectors(kept())
    (path,) = entries()
    path.write_bytes(damage(path.read_bytes()))
    assert_same(vectors(kept()), expected)
    assert_same(vectors(replace(kept(), embedding=NeverTrains())), expected)


def test_without_a_cache_that_can_be_written_vectors_are_trained(folder):
    folder.mkdir()
    (folder / "somebody's").write_text("")
    assert_same(vectors(kept()), vectors(part().make()))
    assert [path.name for path in folder.iterdir()] == ["somebody's"]


def test_what_is_not_kept(monkeypatch):
    assert not isinstance(kept(name="fasttext-train", buckets=100), KeptEmbedding)
    random = Part(build_registry(), "embedding", spec_of({"use": "random", "dim": 8}), "embedding")
    assert not isinstance(keeping_vectors(random, random.make()), KeptEmbedding)
    with pytest.raises(VocabularyError, match="no word of the training texts occurs 99 times"):
        vectors(kept(min_count=99))
    monkeypatch.setattr("embedkit.tasks.trained_vectors.FEWEST_TOKENS", 10_000)
    vectors(kept())
    assert not entries()


def test_runs_with_other_encoders_share_the_vectors_and_have_the_same_bytes(tmp_path, monkeypatch):
    recipe = {
        "name": "small",
        "data": {
            "train": {"use": "inline", "texts": ["good film", "bad plot"] * 20, "labels": ["a", "b"] * 20}
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "word2vec-train", **KEYS},
        "encoder": "bag",
        "training": {"epochs": 1},
        "evaluation": {"baselines": []},
    }
    first = embedkit.run(recipe, out=tmp_path / "first")
    assert len(entries()) == 1
    embedkit.run({**recipe, "encoder": "cnn"}, out=tmp_path / "cnn")
    assert len(entries()) == 1
    again = embedkit.run(recipe, out=tmp_path / "again")
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "another"))
    alone = embedkit.run(recipe, out=tmp_path / "alone")
    for name in ("weights.safetensors", "predictions.csv", "vocabulary.csv", "metrics.json"):
        files = {(run.path / name).read_bytes() for run in (first, again, alone)}
        assert len(files) == 1, name
    assert np.array_equal(first.predictions["p_a"], again.predictions["p_a"])


def test_a_component_has_one_digest_wherever_it_stands_and_however_it_is_written():
    """In a recipe with a matrix to be trained or frozen, and as the second embedding of a policy."""
    from embedkit.recipe.schema import EmbeddingSpec

    written = spec_of({"use": "word2vec-train", **KEYS})
    complete = spec_of({**written.to_plain(), "window": 5, "negative": 5})
    frozen = EmbeddingSpec(use=written.use, parameters=written.parameters, trainable="none")
    specs = written, complete, frozen
    digests = {component_digest(Part(build_registry(), "embedding", spec, "embedding")) for spec in specs}
    assert len(digests) == 1
    assert digests != {component_digest(part(window=6))}


def test_the_second_embedding_of_a_policy_is_trained_once_for_all_runs(tmp_path, monkeypatch):
    texts = [" ".join(WORDS[(i * k) % 5] for k in range(1, 6)) for i in range(40)]
    chain = [{"use": "mapped", "source": {"use": "word2vec-train", **KEYS}, "min_common": 4}, "zero"]
    recipe = {
        "name": "second",
        "data": {"train": {"use": "inline", "texts": texts, "labels": ["a", "b"] * 20}},
        "tokenizer": "whitespace",
        "embedding": {"use": "ablation", "of": {"use": "random", "dim": 4}, "hidden": 0.3},
        "oov": chain,
        "encoder": "bag",
        "training": {"epochs": 1},
        "evaluation": {"metrics": ["accuracy"], "baselines": [], "function_words": []},
    }
    first = embedkit.run(recipe, out=tmp_path / "first")
    assert "mapped" in {*first.vocabulary["via"]}
    monkeypatch.setattr("embedkit_gensim.word2vec.train", NeverTrains().train)
    second = embedkit.run(recipe, out=tmp_path / "second", set={"encoder": {"use": "rnn", "hidden_size": 2}})
    named = embedkit.run(recipe, out=tmp_path / "own", set={"embedding": chain[0]["source"], "oov": ["zero"]})
    for run in (first, second):
        assert run.fits == first.fits
    assert named.vocabulary["origin"].eq("found").sum() == len({*first.vocabulary["word"]}) - 2
