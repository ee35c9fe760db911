"""Two processes find in a file what one finds, and say of a damaged one what one says."""

import logging

import numpy as np
import pytest
from vector_samples import record

from embedkit import open_vectors
from embedkit.errors import VectorFileError
from embedkit.files import cache
from embedkit.vectors.lookup import two_processes

DIM = 40
COUNT = 30_000
WORDS = [f"{'wörd_'[: i % 6]}{i * 7919:x}" for i in range(COUNT)]
WANTED = [*WORDS[::7], "nowhere", "two words", "", WORDS[3], "twice", "late"]


@pytest.fixture(autouse=True)
def small_files_are_worth_it(monkeypatch):
    monkeypatch.setattr(two_processes, "WORTH_HALVING", 0)


@pytest.fixture(scope="module")
def vectors():
    return np.random.default_rng(1).standard_normal((COUNT, DIM), dtype=np.float32)


def binary(words, vectors, after=b""):
    rows = (w.encode() + b" " + v.tobytes() + after for w, v in zip(words, vectors, strict=True))
    return f"{len(words)} {vectors.shape[1]}\n".encode() + b"".join(rows)


def both(path, wanted=WANTED, **options):
    """What one process finds, and what two find, with what they report."""
    found = []
    for processes in (1, 2):
        file = open_vectors(path, processes=processes, **{"cache": False, **options})
        found.append((file.lookup(wanted), file.report))
    return found


def assert_same(one, two):
    for name in ("vectors", "found", "rows"):
        assert getattr(one[0], name).tobytes() == getattr(two[0], name).tobytes()
    assert one[1] == two[1]


@pytest.fixture
def two_were_used(caplog):
    """Asserts, in the end, that the second process was not given up."""
    with caplog.at_level(logging.INFO):
        yield
    assert "read by one process" not in caplog.text


@pytest.mark.parametrize("after", [b"", b"\n", b"\r\n"], ids=["gensim", "C tool", "CRLF"])
@pytest.mark.usefixtures("two_were_used")
def test_two_processes_find_what_one_finds(after, vectors, write):
    one, two = both(write(binary(WORDS, vectors, after)))
    assert one[0].found.sum() == len(WORDS[::7]) + 1
    assert_same(one, two)


@pytest.mark.usefixtures("two_were_used")
def test_the_first_of_a_repeated_word_counts_wherever_it_is(vectors, write):
    words = list(WORDS)
    words[5] = words[COUNT - 5] = "twice"  # in both halves
    words[COUNT - 9] = words[COUNT - 7] = "late"  # twice in the second
    one, two = both(write(binary(words, vectors)))
    assert set(one[1].duplicates) == {"twice", "late"}
    assert one[0].rows[[WANTED.index("twice"), WANTED.index("late")]].tolist() == [5, COUNT - 9]
    assert_same(one, two)


def test_the_index_is_the_same(vectors, write, monkeypatch, tmp_path):
    monkeypatch.setattr("embedkit.vectors.file.WORTH_INDEXING", 0)
    path = write(binary(WORDS, vectors))
    written = []
    for processes in (1, 2):
        monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / f"cache-{processes}"))
        open_vectors(path, processes=processes).lookup(["nowhere"])
        (entry,) = cache.entries()
        written.append(entry.path.read_bytes())
    assert written[0] == written[1]


def test_a_wrong_guess_is_noticed(write, caplog):
    """Vectors that read like records: wherever one looks, a record seems to begin."""
    dim = 8
    looks_like_records = np.frombuffer(b"abcdefg " * (COUNT * dim // 2), "<f4")[: COUNT * dim].reshape(
        -1, dim
    )
    path = write(binary([f"{i}" for i in range(COUNT)], looks_like_records))
    with caplog.at_level(logging.INFO):
        one, two = both(path, ["0", "17", str(COUNT - 1)])
    assert one[0].found.all()
    assert_same(one, two)


@pytest.mark.parametrize("at", [0.25, 0.75])
def test_a_damaged_file_is_told_as_by_one_process(at, vectors, write):
    content = bytearray(binary(WORDS, vectors))
    word = WORDS[int(at * COUNT)].encode()
    content[content.index(word + b" ")] = 0xFF
    path = write(bytes(content))
    messages = []
    for processes in (1, 2):
        with pytest.raises(VectorFileError) as caught:
            open_vectors(path, cache=False, processes=processes).lookup(WANTED)
        messages.append(str(caught.value))
    assert "is not UTF-8" in messages[0]
    assert messages[0] == messages[1]


@pytest.mark.parametrize("cut", [1, 4 * DIM, 5000], ids=["a byte", "a vector", "many records"])
def test_a_file_that_is_cut_is_told_as_by_one_process(cut, vectors, write):
    path = write(binary(WORDS, vectors)[:-cut])
    messages = []
    for processes in (1, 2):
        with pytest.raises(VectorFileError) as caught:
            open_vectors(path, cache=False, processes=processes).lookup(WANTED)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


def test_words_that_are_replaced_are_counted_in_both_halves(vectors, write):
    content = bytearray(binary(WORDS, vectors))
    for row in (10, COUNT - 10):
        content[content.index(WORDS[row].encode() + b" ")] = 0xFF
    one, two = both(write(bytes(content)), errors="replace")
    assert one[1].replaced == 2
    assert_same(one, two)


def test_a_small_or_compressed_file_is_read_by_one(write, monkeypatch, vectors):
    monkeypatch.setattr(two_processes, "scan_halves", None)  # would raise
    assert_same(*both(write(binary(WORDS, vectors), "compressed", compress=True)))
    monkeypatch.setattr(two_processes, "WORTH_HALVING", 64 * 2**20)
    assert_same(*both(write(b"1 1\n" + record("a", 1.0)), ["a"]))
