"""Of a compressed file the rows of a vocabulary are kept: the same words are then read from nothing else."""

import logging

import numpy as np
import pytest
from vector_samples import record

from embedkit import open_vectors
from embedkit.errors import VectorFileError
from embedkit.files import cache
from embedkit.vectors.lookup.indexed import WORTH_KEEPING

WORDS = [f"word{i}" for i in range(4000)]
WANTED = [*WORDS[::9], "nowhere", WORDS[3], WORDS[0]]


@pytest.fixture
def file(write):
    vectors = np.random.default_rng(1).standard_normal((len(WORDS), 400), dtype=np.float32)
    rows = b"".join(w.encode() + b" " + v.tobytes() for w, v in zip(WORDS, vectors, strict=True))
    repeated = record(WORDS[9], *range(400))
    path = write(b"4001 400\n" + rows + repeated, compress=True)
    assert path.stat().st_size > WORTH_KEEPING
    return path


def assert_right(file, *, read, words=WANTED, **options):
    """`read` says whether the file itself must be read."""
    expected = open_vectors(file, cache=False, **options).lookup(words)
    told = []
    opened = open_vectors(file, progress=lambda *figures: told.append(figures), **options)
    lookup = opened.lookup(words)
    for name in ("vectors", "found", "rows"):
        assert getattr(lookup, name).tobytes() == getattr(expected, name).tobytes()
    assert bool(told) == read
    return opened.report


def test_the_same_words_again(file, caplog):
    with caplog.at_level(logging.INFO):
        first = assert_right(file, read=True)
    assert "wrote the rows" in caplog.text
    assert assert_right(file, read=False) == first
    assert first.duplicates == (WORDS[9],)


def test_other_words_or_options_are_read_anew(file):
    assert_right(file, read=True)
    assert_right(file, read=True, words=WANTED[1:])
    assert_right(file, read=True, words=[*WANTED, "\udcff"])
    assert_right(file, read=True, limit=100)
    assert_right(file, read=True, errors="replace")
    for _ in range(2):
        assert not assert_right(file, read=False, limit=100).verified
    assert len(cache.entries()) == 5


def test_rows_that_are_cut_or_changed_are_not_believed(file, caplog):
    assert_right(file, read=True)
    (entry,) = cache.entries()
    good = entry.path.read_bytes()
    for bad in (good[:-1], good[:50], good + b"x", good[:-9] + bytes([good[-9] ^ 1]) + good[-8:]):
        entry.path.write_bytes(bad)
        assert_right(file, read=True)
        assert "the rows cannot be used" in caplog.text
        caplog.clear()
        assert_right(file, read=False)


def test_rows_of_another_vocabulary_are_not_believed(file, caplog):
    assert_right(file, read=True)
    (first,) = cache.entries()
    assert_right(file, read=True, words=WORDS[:5])
    (second,) = [entry for entry in cache.entries() if entry.path != first.path]
    second.path.write_bytes(first.path.read_bytes())
    assert_right(file, read=True, words=WORDS[:5])
    assert "it is about another file" in caplog.text


def test_a_damaged_file_keeps_no_rows(file):
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(VectorFileError):
        open_vectors(file).lookup(WANTED)
    assert not cache.entries()
