"""Different words with the same 64-bit hash: each gets its own vector, and the index stays what it is.

Of a polynomial modulo 2^64, whatever its base, the Thue-Morse word of 1,024 letters and the same word with
its letters exchanged have the same value.
"""

from __future__ import annotations

import gzip
import logging

import numpy as np
import pytest
from vector_samples import record

from embedkit import open_vectors
from embedkit.files import cache
from embedkit.vectors.lookup.word_hash import hash_words

DIM = 40
EXCHANGED = str.maketrans("ab", "ba")


def thue_morse(letters=1024):
    word = "a"
    while len(word) < letters:
        word += word.translate(EXCHANGED)
    return word


ONE = thue_morse()
OTHER = ONE.translate(EXCHANGED)
FILLERS = [f"word{number}" for number in range(300)]


def made(words):
    rows = np.random.default_rng(4).standard_normal((len(words), DIM)).tolist()
    return f"{len(words)} {DIM}\n".encode() + b"".join(map(lambda w, r: record(w, *r), words, rows))


@pytest.fixture(params=["plain", "compressed"])
def opened(request, tmp_path, monkeypatch):
    """Opens a file of `words` in such a way that a later lookup is by the index."""
    monkeypatch.setattr("embedkit.vectors.file.WORTH_INDEXING", 0)

    def opened(words, **options):
        path = tmp_path / "vectors"
        if not path.exists():
            content = made(words)
            path.write_bytes(content if request.param == "plain" else gzip.compress(content, 1))
        return open_vectors(path, cache=options.pop("cache", "full"), **options)

    return opened


def test_the_words_have_the_same_hash():
    first, second = hash_words(f"{ONE} {OTHER}".encode()).tolist()
    assert first == second
    assert ONE != OTHER


@pytest.mark.parametrize(
    "words",
    [
        [*FILLERS[:9], ONE, *FILLERS[9:], OTHER],
        [*FILLERS, OTHER, ONE],
        [*FILLERS[:5], ONE, *FILLERS[5:]],
        [OTHER, *FILLERS, ONE, ONE],
    ],
    ids=["apart", "one after the other", "one of them", "twice"],
)
@pytest.mark.parametrize("wanted", [[ONE], [OTHER], [ONE, OTHER, "word7"], ["word8", OTHER, ONE]], ids=len)
def test_each_has_its_own_vector_by_the_index(words, wanted, opened, caplog):
    expected = opened(words, cache=False).lookup(wanted)
    opened(words).lookup(["nowhere"])
    caplog.clear()
    told = []
    with caplog.at_level(logging.INFO):
        lookup = opened(words, progress=lambda *figures: told.append(figures)).lookup(wanted)
    for name in ("vectors", "found", "rows"):
        assert getattr(lookup, name).tobytes() == getattr(expected, name).tobytes()
    assert not told, "the file was read again"
    assert "cannot be used" not in caplog.text


def test_a_change_is_noticed_where_hashes_are_the_same_too(opened, caplog):
    words = [*FILLERS, ONE, OTHER]
    opened(words).lookup(["nowhere"])
    changed = cache.entries()
    indexes = [each.path for each in changed if each.path.suffix != ".safetensors"]
    assert len(indexes) == 1
    content = bytearray(indexes[0].read_bytes())
    content[-1] ^= 1
    indexes[0].write_bytes(content)
    expected = opened(words, cache=False).lookup([ONE, OTHER])
    assert opened(words).lookup([ONE, OTHER]).vectors.tobytes() == expected.vectors.tobytes()
    assert "cannot be used" in caplog.text
