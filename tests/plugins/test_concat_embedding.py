"""`concat`: vectors side by side."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
from gensim.models import KeyedVectors

import embedkit
from embedkit.errors import ComponentError
from embedkit.evaluation.intrinsic import Matching, Question, analogies
from embedkit.interfaces import EmbeddingContext, Lookup, SubwordSource
from embedkit.interfaces.contracts import check_lookup
from embedkit.plugin.registry import build_registry

REGISTRY = build_registry()
LEFT = {"cat": [1.0, 2.0], "dog": [3.0, 4.0]}
RIGHT = {"dog": [5.0, 6.0, 7.0], "eel": [8.0, 9.0, 10.0]}


def make(name, **keys):
    return REGISTRY.get("embedding", name).factory(**keys)


@pytest.fixture
def files(tmp_path):
    for name, vectors in (("left", LEFT), ("right", RIGHT)):
        keyed = KeyedVectors(vector_size=len(next(iter(vectors.values()))))
        keyed.add_vectors([*vectors], np.array([*vectors.values()], dtype=np.float32))
        keyed.save_word2vec_format(tmp_path / f"{name}.bin", binary=True)
    return [{"use": "word2vec-binary", "path": str(tmp_path / f"{name}.bin")} for name in ("left", "right")]


def opened(sources, **context):
    return make("concat", sources=sources).open(EmbeddingContext(**{"seed": 0, **context}))


def of_files(files):
    return opened([make("word2vec-binary", path=file["path"]) for file in files])


def test_parts_stand_side_by_side_and_what_a_source_lacks_is_zeros(files):
    source = of_files(files)
    assert source.dim == 5
    assert source.unk is None
    lookup = check_lookup(source, source.lookup(["eel", "dog", "cat", "fox", "dog"]), 5, 5)
    assert lookup.vectors.tolist() == [
        [0, 0, 8, 9, 10],
        [3, 4, 5, 6, 7],
        [1, 2, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [3, 4, 5, 6, 7],
    ]
    assert lookup.found.tolist() == [True, True, True, False, True]
    assert lookup.rows.tolist() == [1, 1, 0, -1, 1]


def test_asking_for_nothing_gives_nothing(files):
    source = of_files(files)
    check_lookup(source, source.lookup([]), 0, 5)


def test_the_vector_of_unknown_words_is_that_of_all_sources_or_none(files):
    words = ["cat"]
    both = opened([make("random", dim=2), make("random", dim=3)], seed=5, words=words)
    alone = [
        make("random", dim=dim).open(EmbeddingContext(seed=seed, words=words))
        for dim, seed in ((2, 5), (3, 6))
    ]
    np.testing.assert_array_equal(both.unk, np.concatenate([source.unk for source in alone]))
    expected = np.hstack([source.lookup(words).vectors for source in alone])
    np.testing.assert_array_equal(both.lookup(words).vectors, expected)
    mixed = opened([make("random", dim=2), make("word2vec-binary", path=files[0]["path"])], words=words)
    assert mixed.unk is None


def test_equal_random_sources_are_not_the_same_twice_and_the_last_seed_wraps():
    source = opened([make("random", dim=4), make("random", dim=4)], seed=2**32 - 1, words=["cat"])
    vector = source.lookup(["cat"]).vectors[0]
    assert not (vector[:4] == vector[4:]).any()


class Parts:
    """A source that knows no word, but the parts of some."""

    dim = 2
    unk = None

    def open(self, context):
        return self

    def lookup(self, words):
        n = len(words)
        return Lookup(np.zeros((n, 2), np.float32), np.zeros(n, np.bool_), np.full(n, -1, np.int64))

    def subword(self, words):
        found = np.array([word.startswith("do") for word in words], dtype=np.bool_)
        vectors = np.repeat(found[:, None], 2, axis=1).astype(np.float32)
        return Lookup(vectors, found, np.full(len(words), -1, np.int64))


def test_subwords_come_from_the_sources_that_have_them(files):
    source = opened([make("word2vec-binary", path=files[0]["path"]), Parts()])
    answer = check_lookup(source, source.subword(["doggy", "eel"]), 2, 4, "subword")
    assert answer.vectors.tolist() == [[0, 0, 1, 1], [0, 0, 0, 0]]
    assert answer.found.tolist() == [True, False]


def test_without_a_source_that_has_subwords_there_are_none(files):
    plain = of_files(files)
    assert not isinstance(plain, SubwordSource)
    nested = opened([SimpleNamespace(open=lambda context: plain), Parts()])
    assert isinstance(nested, SubwordSource)
    check_lookup(nested, nested.subword([]), 0, 7, "subword")


def test_all_words_of_all_sources_are_listed_once(files, monkeypatch):
    monkeypatch.setattr("embedkit_concat.listing.CHUNK", 1)
    source = of_files(files)
    blocks = [*source.blocks()]
    words = [word.decode() for block in blocks for word in block.words]
    assert words == ["cat", "dog", "eel"]
    assert [block.row + i for block in blocks for i, _ in enumerate(block.words)] == [0, 1, 2]
    vectors = np.concatenate([block.vectors for block in blocks])
    np.testing.assert_array_equal(vectors, source.lookup(words).vectors)
    assert not hasattr(opened([make("random", dim=2), make("random", dim=2)], words=["cat"]), "blocks")


def test_analogies_are_answered_side_by_side(files):
    question = Question("all", "cat", "cat", "dog", "eel")
    result = analogies(of_files(files), [question], Matching())
    assert (result.n, result.answers[0].predicted) == (1, "eel")


def test_a_source_that_breaks_its_promises_is_named(files):
    class Short(Parts):
        def subword(self, words):
            return Lookup(np.zeros((1, 2), np.float32), np.zeros(1, np.bool_), np.zeros(1, np.int64))

    with pytest.raises(ComponentError, match=r"Short\.subword\(\)\.vectors: expected an array of float32"):
        opened([Parts(), Short()]).subword(["doggy", "eel"])


def test_a_run_counts_what_each_source_had(files, tmp_path):
    recipe = {
        "name": "side-by-side",
        "data": {"train": {"use": "inline", "texts": ["cat dog", "Eel fox"], "labels": ["a", "b"]}},
        "tokenizer": "whitespace",
        "embedding": {"use": "concat", "sources": files},
        "oov": ["case", "zero"],
        "encoder": {"use": "rnn", "hidden_size": 2},
        "training": {"epochs": 1},
    }
    run = embedkit.run(recipe, out=tmp_path / "run")
    frame = run.embedding_frame("before")
    assert frame.loc["Eel"].tolist() == [0, 0, 8, 9, 10]
    assert frame.loc["dog"].tolist() == [3, 4, 5, 6, 7]
    assert not frame.loc["fox"].any()
    assert run.vocabulary["origin"].tolist() == ["pad", "unk", "found", "found", "recovered", "filled"]
    inputs = run.read_json("environment.json")["inputs"]
    assert list(inputs) == ["embedding.sources.0.path", "embedding.sources.1.path"]
    events = [json.loads(line) for line in (run.path / "log.jsonl").read_text().splitlines()]
    (event,) = [event for event in events if event["event"] == "found side by side"]
    assert (event["found"], event["found_in_source"]) == (3, [2, 2])
    again = embedkit.run(run.path / "recipe.yaml", out=tmp_path / "again")
    assert (again.path / "weights.safetensors").read_bytes() == (
        run.path / "weights.safetensors"
    ).read_bytes()
