"""Lookups by the index in the cache equal those that read the file, and no broken index is believed."""

import logging
import multiprocessing
import os
import random

import numpy as np
import pytest
from vector_samples import record

from embedkit import open_vectors
from embedkit.errors import VectorFileError
from embedkit.files import cache
from embedkit.vectors.lookup.indexed import WORTH_INDEXING
from embedkit.vectors.lookup.word_hash import hash_words

DIM = 1000
COUNT = 8500
WORDS = [f"{'wörd_'[: i % 6]}{i * 7919:x}" for i in range(COUNT)]
WANTED = [*WORDS[::7], "nowhere", "two words", "", WORDS[3]]


@pytest.fixture(scope="module")
def content():
    vectors = np.random.default_rng(1).standard_normal((COUNT, DIM), dtype=np.float32)
    return {
        after: f"{COUNT} {DIM}\n".encode()
        + b"".join(w.encode() + b" " + v.tobytes() + after for w, v in zip(WORDS, vectors, strict=True))
        for after in (b"", b"\n", b"\r\n")
    }


@pytest.fixture
def file(content, write):
    return write(content[b""])


@pytest.fixture
def index(file):
    """The index of `file`, after a first lookup."""
    open_vectors(file).lookup(["nowhere"])
    (entry,) = cache.entries()
    return entry.path


def assert_right(file, **options):
    expected = open_vectors(file, cache=False).lookup(WANTED)
    lookup = open_vectors(file, **options).lookup(WANTED)
    for name in ("vectors", "found", "rows"):
        assert getattr(lookup, name).tobytes() == getattr(expected, name).tobytes()


@pytest.mark.parametrize("after", [b"", b"\n", b"\r\n"], ids=["gensim", "C tool", "CRLF"])
def test_first_and_later_lookups_equal_those_without_an_index(after, content, write, caplog):
    path = write(content[after])
    with caplog.at_level(logging.INFO):
        assert_right(path)
    assert "wrote the index" in caplog.text
    caplog.clear()
    told = []
    assert_right(path, progress=lambda *figures: told.append(figures))
    assert not told, "the file was read again"
    assert not caplog.records


def test_later_lookups_report_repeated_words(write, content, caplog):
    body = content[b""].partition(b"\n")[2]
    path = write(
        f"{COUNT + 2} {DIM}\n".encode() + body + record(WORDS[5], *range(DIM)) + record("a", *range(DIM))
    )
    for _ in range(2):
        file = open_vectors(path)
        assert file.lookup([WORDS[6], WORDS[5], "a"]).rows.tolist() == [6, 5, COUNT + 1]
        assert file.report.duplicates == (WORDS[5],)
        assert "1 wanted words occur twice" in caplog.text
        caplog.clear()
    assert len(cache.entries()) == 1


def test_later_lookups_refuse_vectors_that_are_not_finite(write, content):
    body = content[b""].partition(b"\n")[2]
    path = write(f"{COUNT + 1} {DIM}\n".encode() + body + record("bad", *[float("nan")] * DIM))
    open_vectors(path).lookup(WANTED)
    for _ in range(2):
        with pytest.raises(VectorFileError, match=f"record {COUNT + 1:,}: the vector of 'bad' holds NaN"):
            open_vectors(path).lookup(["bad"])


def test_a_damaged_file_gets_no_index(file):
    with file.open("ab") as end:
        end.write(b"more")
    with pytest.raises(VectorFileError, match="more bytes follow"):
        open_vectors(file).lookup(WANTED)
    assert not cache.entries()


@pytest.mark.parametrize("options", [{"cache": False}, {"errors": "replace"}, {"limit": COUNT}])
def test_what_gets_no_index(options, file):
    open_vectors(file, **options).lookup(WANTED)
    assert not cache.entries()


def test_small_and_compressed_files_get_no_index(write, content):
    small = write(b"1 1\n" + record("a", 1))
    open_vectors(small).lookup(["a"])
    open_vectors(write(content[b""], compress=True)).lookup(["a"])
    assert not [entry for entry in cache.entries() if entry.path.name == "index"]
    assert small.stat().st_size < WORTH_INDEXING


def test_an_index_that_is_cut_or_changed_is_made_again(file, index, caplog):
    good = index.read_bytes()
    random.seed(2)
    cuts = [good[:size] for size in (0, 1, 20, 200, len(good) // 2, len(good) - 1)]
    flips = []
    for at in [*range(130), *random.sample(range(len(good)), 20), len(good) - 1]:
        flips.append(good[:at] + bytes([good[at] ^ 1 << at % 8]) + good[at + 1 :])
    for bad in [
        *cuts,
        *flips[::7],
        good + b"more",
        b"{}\n",
        b"embedkit-arrays-2 00000000\n",
        b"embedkit-arrays-1 00000000\n[]\n",
    ]:
        index.write_bytes(bad)
        assert_right(file)
        assert "the index cannot be used" in caplog.text, bad[:200]
        caplog.clear()
        assert index.read_bytes()[:25] == good[:25]


def test_an_index_of_another_file_is_noticed(file, index, content, write, caplog):
    """Even one whose words but for one are at the same places."""
    other = write(content[b""].replace(WORDS[7].encode(), WORDS[7].encode()[::-1]), "other")
    assert other.stat().st_size == file.stat().st_size
    open_vectors(other).lookup(WANTED)
    (of_other,) = [entry.path for entry in cache.entries() if entry.path != index]
    index.write_bytes(of_other.read_bytes())
    assert_right(file)
    assert "it is about another file" in caplog.text
    short = write(f"{COUNT} {DIM + 1}\n".encode() + content[b""], "x")
    with pytest.raises(VectorFileError):
        open_vectors(short).lookup(WANTED)


def test_a_file_that_changes_gets_another_index(file, index, content):
    later = content[b"\n"]
    file.write_bytes(later)
    os.utime(file, ns=(1, 1))
    assert_right(file)
    assert len(cache.entries()) == 2


def test_an_index_that_lies_about_a_place_is_not_believed(file, index, content, caplog):
    """Same size and time, other words between the sampled blocks: the stored words are compared."""
    status = file.stat()
    swapped = content[b""].replace(f"{WORDS[14]} ".encode(), f"{WORDS[14][::-1]} ".encode())
    file.write_bytes(swapped)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    expected = open_vectors(file, cache=False).lookup(WANTED)
    assert open_vectors(file).lookup(WANTED).rows.tolist() == expected.rows.tolist()
    assert "has another word where it says" in caplog.text


def test_a_cache_that_cannot_be_written_is_done_without(file, monkeypatch, tmp_path, caplog):
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "a file" / "below"))
    assert_right(file)
    assert "the index could not be written: [Errno 20] Not a directory" in caplog.text


def test_a_full_disk_leaves_nothing_behind(file, monkeypatch, tmp_path, caplog):
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        assert_right(file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "the index could not be written: [Errno 27] File too large" in caplog.text
    assert not [path for path in cache.cache_folder().rglob("*") if path.is_file() and path.name != cache.TAG]


def _look_up(path):
    return open_vectors(path).lookup(WANTED).rows.tolist()


def test_processes_may_write_the_same_index_at_once(file):
    expected = open_vectors(file, cache=False).lookup(WANTED).rows.tolist()
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert pool.map(_look_up, [file] * 6, chunksize=1) == [expected] * 6
    (entry,) = cache.entries()
    assert [path.name for path in entry.path.parent.iterdir()] == ["index"]


def test_the_cache_can_be_listed_trimmed_and_cleared(file, index, content, write):
    other = write(content[b"\n"], "other")
    open_vectors(other).lookup(WANTED)
    os.utime(index, (1, 1))
    first, second = cache.entries()
    assert (first.path, first.size) == (index, index.stat().st_size)
    assert cache.trim(first.size + second.size) == []
    assert cache.trim(second.size) == [first]
    assert not index.parent.exists()
    assert cache.trim(0) == [second]
    assert cache.entries() == []


def test_a_lookup_keeps_its_index_from_being_deleted_first(file, index):
    os.utime(index, (1, 1))
    open_vectors(file).lookup(WANTED)
    assert index.stat().st_mtime > 1_000_000_000


def test_the_hash_is_the_same_everywhere_and_spreads():
    assert hash_words(b"").tolist() == hash_words(b" ").tolist()[:1]
    assert hash_words("the naïve  </s>".encode()).tolist()[2] == hash_words(b"").tolist()[0]
    words = [f"{a}{b}" for a in ("", "a", "b", "ab", "ba", "\0") for b in range(50_000)]
    hashes = hash_words(" ".join(words).encode())
    assert len({*hashes.tolist()}) == len(words)
    high_bits = np.bincount((hashes >> np.uint64(56)).astype(int), minlength=256)
    assert high_bits.min() > 0.8 * high_bits.mean()
