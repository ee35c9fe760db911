"""word2vec binary files that are well formed give what gensim gives, bit for bit."""

import gzip
import logging
import random

import numpy as np
import pytest
from gensim.models import KeyedVectors
from vector_samples import REAL_WORD2VEC, record

from embedkit import interfaces, open_vectors
from embedkit.errors import VectorFileError

SMALL = [
    ("great", 1.0, 2.0, 3.0),
    ("naïve", -0.5, 0.25, 1e-30),
    ("</s>", 0.0, -0.0, 7.0),
    ("x" * 4090, 4.0, 5.0, 6.0),
]


def small(after=b"", header=b"4 3\n"):
    return header + b"".join(record(*row, after=after) for row in SMALL)


def assert_same_as_gensim(path, oracle, words):
    lookup = open_vectors(path).lookup(words)
    known = np.array([word in oracle for word in words])
    np.testing.assert_array_equal(lookup.found, known)
    np.testing.assert_array_equal(lookup.rows, [oracle.key_to_index.get(word, -1) for word in words])
    expected = np.stack(
        [oracle[word] if word in oracle else np.zeros(oracle.vector_size, "f4") for word in words]
    )
    assert lookup.vectors.dtype == np.float32
    assert lookup.vectors.tobytes() == expected.astype(np.float32).tobytes()


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("name", REAL_WORD2VEC)
def test_real_files_equal_gensim(name, compress, real_vectors, write):
    source = real_vectors / name
    path = write(source.read_bytes(), "no-hint.dat", compress=True) if compress else source
    oracle = KeyedVectors.load_word2vec_format(source, binary=True)
    file = open_vectors(path)
    assert (file.count, file.dim, file.unk) == (len(oracle), oracle.vector_size, None)
    words = [*oracle.index_to_key, "no such word", "", "Zeitgeist-zeitgeist"]
    random.Random(3).shuffle(words)
    assert_same_as_gensim(path, oracle, words)


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("after", [b"", b"\n"], ids=["gensim", "C tool"])
def test_300_000_vectors_of_300_dimensions_equal_gensim(after, compress, tmp_path):
    rng = np.random.default_rng(5)
    vectors = rng.standard_normal((300_000, 300), dtype=np.float32)
    words = [f"{'wörd_'[: i % 6]}{i * 7919:x}" for i in range(len(vectors))]
    path = tmp_path / "vectors"
    with gzip.open(path, "wb", 0) if compress else path.open("wb") as file:
        file.write(b"300000 300\n")
        for start in range(0, len(words), 10_000):
            block = zip(words[start : start + 10_000], vectors[start : start + 10_000], strict=True)
            file.write(b"".join(word.encode() + b" " + row.tobytes() + after for word, row in block))
    if not compress:
        oracle = KeyedVectors.load_word2vec_format(path, binary=True)
        assert oracle.vectors.tobytes() == vectors.tobytes()
        assert oracle.index_to_key == words
    chosen = rng.permutation(len(words))[:20_000].tolist()
    lookup = open_vectors(path).lookup([*(words[row] for row in chosen), "unknown"])
    assert lookup.rows.tolist() == [*chosen, -1]
    assert lookup.found.tolist() == [True] * len(chosen) + [False]
    assert lookup.vectors[:-1].tobytes() == vectors[chosen].tobytes()
    assert not lookup.vectors[-1].any()


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    "content",
    [
        small(),
        small(b"\n"),
        small(b"\n").removesuffix(b"\n"),
        small(b"\r\n", b"4 3\r\n"),
        small(b"\n\n\n") + b"\n\r\n",
        b"4 3\n" + b"".join(record(*row, after=b"\n" * (i % 2)) for i, row in enumerate(SMALL)),
        b"4 3\n" + b"".join(record(*row, after=b"\n" * (1 - i % 2)) for i, row in enumerate(SMALL)),
        small(header=b"4\t 3 \n"),
    ],
    ids=[
        "none",
        "newline",
        "not the last",
        "CRLF",
        "many",
        "every second",
        "first and third",
        "header blanks",
    ],
)
def test_both_record_layouts_and_mixtures(content, compress, write):
    words = [word for word, *_ in SMALL]
    lookup = open_vectors(write(content, compress=compress)).lookup(words)
    assert lookup.rows.tolist() == [0, 1, 2, 3]
    assert lookup.vectors.tobytes() == np.array([values for _, *values in SMALL], "<f4").tobytes()


@pytest.mark.parametrize("after", [b"", b"\n"])
def test_records_on_every_side_of_a_window_border(after, write):
    """Words of all lengths, so that windows end in words, at the space and in vectors."""
    words = [f"{i}-" + "ä" * (i % 97) for i in range(3000)]
    vectors = np.random.default_rng(0).standard_normal((3000, 250), dtype=np.float32)
    content = b"3000 250\n" + b"".join(
        word.encode() + b" " + row.tobytes() + after for word, row in zip(words, vectors, strict=True)
    )
    assert len(content) > 3 * (1 << 20)
    lookup = open_vectors(write(content)).lookup(words)
    assert lookup.vectors.tobytes() == vectors.tobytes()


@pytest.mark.parametrize("dim", [1, 2, 262_144, 300_000, 1_000_000])
def test_narrow_and_very_wide_vectors(dim, write):
    vectors = np.random.default_rng(dim).standard_normal((3, dim), dtype=np.float32)
    content = f"3 {dim}\n".encode() + b"".join(
        word + b" " + row.tobytes() for word, row in zip((b"a", b"b", b"c"), vectors, strict=True)
    )
    assert open_vectors(write(content)).lookup(["c", "a"]).vectors.tobytes() == vectors[[2, 0]].tobytes()


def test_it_is_a_vector_source(real_vectors):
    assert isinstance(open_vectors(real_vectors / REAL_WORD2VEC[0]), interfaces.VectorSource)


def test_words_may_be_asked_for_twice_and_for_nothing(write):
    file = open_vectors(write(small()))
    lookup = file.lookup(["naïve", "no", "great", "naïve"])
    assert lookup.rows.tolist() == [1, -1, 0, 1]
    assert lookup.vectors[0].tolist() == lookup.vectors[3].tolist() != lookup.vectors[2].tolist()
    nothing = file.lookup([])
    assert nothing.vectors.shape == (0, 3)
    assert nothing.found.shape == nothing.rows.shape == (0,)


def test_words_that_no_file_can_hold_are_not_found(write):
    assert not open_vectors(write(small())).lookup(["\udcff", "two words", ""]).found.any()


def test_an_empty_word_is_a_word(write):
    path = write(b"3 1\n" + record("", 1) + record("b", 2) + record("", 3))
    assert open_vectors(path).lookup(["", "b"]).vectors.tolist() == [[1], [2]]
    assert KeyedVectors.load_word2vec_format(path, binary=True)[""] == [1]


def test_of_a_repeated_word_the_first_wins_and_is_reported(write, caplog):
    file = open_vectors(write(b"4 1\n" + b"".join(record(w, i) for i, w in enumerate("abab"))))
    assert file.lookup(["b", "a"]).rows.tolist() == [1, 0]
    assert file.report.duplicates == ("b", "a")
    assert "2 wanted words occur twice, the first counts: 'b', 'a'" in caplog.text


def test_words_that_are_not_utf8_can_be_replaced(real_vectors, caplog):
    path = real_vectors / "finalfusion_utf8-incomplete.bin"
    oracle = KeyedVectors.load_word2vec_format(path, binary=True, unicode_errors="replace")
    file = open_vectors(path, errors="replace")
    lookup = file.lookup(oracle.index_to_key)
    assert lookup.vectors.tobytes() == oracle.vectors.tobytes()
    assert file.report.replaced == 1
    assert "1 words are not UTF-8" in caplog.text


def test_a_replaced_word_that_collides_is_a_duplicate(write):
    file = open_vectors(
        write(b"3 1\n" + record(b"\xff", 1) + record("\ufffd", 2) + record("é", 3)), errors="replace"
    )
    assert file.lookup(["\ufffd", "é"]).vectors.tolist() == [[1], [3]]
    assert file.report.duplicates == ("\ufffd",)


def test_a_limit_reads_only_the_first_vectors(write, caplog):
    content = b"4 1\n" + b"".join(record(w, i) for i, w in enumerate("abcd"))
    for compress in (False, True):
        file = open_vectors(write(content, compress=compress), limit=2)
        assert file.count == 2
        assert file.lookup(list("abcd")).rows.tolist() == [0, 1, -1, -1]
        assert not file.report.verified
    assert "is not verified" in caplog.text
    assert open_vectors(write(content), limit=9).count == 4
    with pytest.raises(VectorFileError, match="limit must be at least 1, not 0"):
        open_vectors(write(content), limit=0)


def test_progress_is_told_bytes_on_disk(write):
    told = []
    for compress in (False, True):
        path = write(small(), compress=compress)
        open_vectors(path, progress=lambda *figures: told.append(figures)).lookup(["great"])
        assert told.pop() == (path.stat().st_size, path.stat().st_size)
        assert not told


def test_what_a_lookup_found_is_silent_when_all_is_well(write, caplog):
    with caplog.at_level(logging.INFO):
        file = open_vectors(write(small()))
        file.lookup(["great"])
    assert not caplog.records
    assert file.report.records == 4
    assert repr(file).endswith(": word2vec-binary, 4 x 3>")
