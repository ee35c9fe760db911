"""Text files of word vectors: what gensim reads, the same; and what is wrong in them, with its line."""

import gzip
import zipfile

import numpy as np
import pytest
from gensim.models import KeyedVectors

from embedkit import open_vectors
from embedkit.errors import VectorFileError

WORD2VEC = "3 2\nthe 0.5 -1e-3\nnaïve 3 4\n</s> .25 1E2\n"
GLOVE = (
    WORD2VEC.partition("\n")[2]
    .replace("0.5 -1e-3", "0.5 -1e-3 7")
    .replace("3 4", "3 4 7")
    .replace("E2", "E2 7")
)


def failure(path, words=("the", "naïve"), **options):
    with pytest.raises(VectorFileError) as caught:
        open_vectors(path, **options).lookup(words)
    return str(caught.value).removeprefix(str(path))


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # gensim leaves headerless files open
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("finalfusion-similarity-100d.txt", "word2vec-text"),
        ("finalfusion-similarity-100d.nodims", "glove-text"),
        ("gensim-EN.1-10-300d.txt", "word2vec-text"),
        ("torchtext-glove.840B-300d.first100.txt", "glove-text"),
    ],
)
def test_real_files_equal_gensim(name, format, compress, real_vectors, write):
    source = real_vectors / name
    oracle = KeyedVectors.load_word2vec_format(source, binary=False, no_header=format == "glove-text")
    file = open_vectors(write(source.read_bytes(), compress=compress))
    words = [*oracle.index_to_key[::-1], "no such word"]
    lookup = file.lookup(words)
    assert (file.format, file.dim) == (format, oracle.vector_size)
    assert lookup.rows.tolist() == [*range(len(oracle) - 1, -1, -1), -1]
    assert lookup.vectors[:-1].tobytes() == oracle.vectors[::-1].tobytes()
    assert file.count == (len(oracle) if format == "word2vec-text" else None)
    assert file.report.records == len(oracle)


def test_a_real_file_with_fewer_rows_than_its_header_says(real_vectors):
    path = real_vectors / "torchtext-wiki.en.99of2519370-300d.vec"
    said = "the header says 2,519,370 vectors of 300 dimensions"
    assert failure(path).startswith(f": {said}, at least 1,514,141,382 bytes; the file has 264,036\n")
    oracle = KeyedVectors.load_word2vec_format(path, limit=99)
    lookup = open_vectors(path, limit=99).lookup(oracle.index_to_key)
    assert lookup.vectors.tobytes() == oracle.vectors.tobytes()


def test_a_real_file_with_a_word_that_is_not_utf8(real_vectors):
    path = real_vectors / "finalfusion_utf8-incomplete.dims"
    assert failure(path) == r", line 3: the word b'zee\xc3n' is not UTF-8" "\n    Use errors: replace."
    oracle = KeyedVectors.load_word2vec_format(path, unicode_errors="replace")
    file = open_vectors(path, errors="replace")
    assert file.lookup(oracle.index_to_key).vectors.tobytes() == oracle.vectors.tobytes()
    assert file.report.replaced == 1
    assert failure(path.with_suffix(".txt")).startswith(r", line 2: the word b'zee\xc3n' is not UTF-8")


@pytest.mark.parametrize(
    "content",
    [
        WORD2VEC,
        WORD2VEC.removesuffix("\n"),
        WORD2VEC.replace("\n", "\r\n"),
        WORD2VEC.replace("\n", " \n"),
        WORD2VEC.replace(" ", "\t"),
    ],
    ids=["newline", "no last newline", "CRLF", "blank at the end", "tabs"],
)
def test_ways_to_end_a_line_and_to_part_fields(content, write, caplog):
    lookup = open_vectors(write(content.encode())).lookup(["</s>", "the", "naïve"])
    assert lookup.vectors.tolist() == [[0.25, 100], [0.5, np.float32(-1e-3)], [3, 4]]
    assert lookup.rows.tolist() == [2, 0, 1]
    assert ("the last line does not end" in caplog.text) == (not content.endswith("\n"))


def test_lines_on_every_side_of_a_window_border(write):
    words = [f"{i}-" + "ä" * (i % 97) for i in range(2000)]
    vectors = np.random.default_rng(0).standard_normal((2000, 150)).astype(np.float32)
    lines = [f"{w} {' '.join(map(repr, v.tolist()))}\n" for w, v in zip(words, vectors, strict=True)]
    content = "".join(lines).encode()
    assert len(content) > 3 * (1 << 20)
    for body in (content, b"2000 150\n" + content):
        assert open_vectors(write(body)).lookup(words).vectors.tobytes() == vectors.tobytes()


def test_words_with_spaces_in_glove_text(write):
    """GloVe 840B has rows such as `. . .` and `at name@domain.com`."""
    rows = ". . . 0.1 0.2 0.3\nat name@domain.com 1 2 3\nat 4 5 6\n. 7 8 9\n"
    path = write(b"the 1 2 3\n" + rows.encode())
    lookup = open_vectors(path).lookup([".", "at", ". . .", "at name@domain.com", "name@domain.com"])
    assert lookup.rows.tolist() == [4, 3, 1, 2, -1]
    assert lookup.vectors[:2].tolist() == [[7, 8, 9], [4, 5, 6]]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("naïve 3", ", line 3: the row of 'naïve' has 1 values, not 2"),
        ("naïve", ", line 3: the row of 'naïve' has 0 values, not 2"),
        ("naïve 3 x", ", line 3: the row of 'naïve' has b'x' in place of a number"),
        ("naïve 3 1_0", ", line 3: the row of 'naïve' has b'1_0' in place of a number"),
        ("naïve 3 0,5", ", line 3: the row of 'naïve' has b'0,5' in place of a number"),
        ("naïve 3 nan", ", line 3: the vector of 'naïve' holds NaN or infinity"),
        ("naïve 3 -nan(ind)", ", line 3: the vector of 'naïve' holds NaN or infinity"),
        ("naïve 3 1.#QNAN0", ", line 3: the vector of 'naïve' holds NaN or infinity"),
        ("naïve 3 1e99", ", line 3: the vector of 'naïve' holds NaN or infinity"),
    ],
)
def test_a_wanted_row_that_is_wrong(row, message, write):
    path = write(WORD2VEC.replace("naïve 3 4", row).encode())
    assert failure(path) == message
    assert open_vectors(path).lookup(["the"]).found.all()


@pytest.mark.parametrize("more", ["3", "0", "-0.0"])
def test_a_glove_row_with_too_many_numbers(more, write):
    path = write(GLOVE.replace("naïve", f"naïve {more}").encode())
    assert failure(path) == ", line 2: the row of 'naïve' has 4 values, not 3"


@pytest.mark.parametrize("count", [2, 4])
def test_another_count_than_the_header_says(count, write):
    message = failure(write(WORD2VEC.replace("3 2", f"{count} 2", 1).encode()))
    assert message.startswith(f": the header says {count} rows; there are 3\n")
    path = write(WORD2VEC.replace("3 2", "2 2", 1).encode())
    assert open_vectors(path, limit=2).lookup(["the", "</s>"]).found.tolist() == [True, False]


def test_a_line_that_does_not_end(write):
    assert failure(write(b"3 2\nthe 1 2\n" + b"x" * 40_000_000)).startswith(
        ", line 3: the line is longer than "
    )


def test_of_a_repeated_word_the_first_wins(write):
    file = open_vectors(write(b"3 2\na 1 2\nb 3 4\na 5 6\n"))
    assert file.lookup(["a"]).vectors.tolist() == [[1, 2]]
    assert file.report.duplicates == ("a",)


def test_gzip_that_is_cut(write):
    content = gzip.compress(WORD2VEC.encode())
    for size in range(2, len(content)):
        failure(write(content[:size]))


def test_formats_are_not_mistaken(write):
    assert (
        failure(write(GLOVE.encode()), format="word2vec-text") == ": is not word2vec-text: this is glove-text"
    )
    assert (
        failure(write(WORD2VEC.encode()), format="glove-text") == ": is not glove-text: this is word2vec-text"
    )
    assert failure(write(b"plain words\n")).partition("\n")[0] == (
        ": holds no word vectors that can be read: line 1 is 'plain words', "
        "not `count dim` nor a word and its numbers; "
        "formats are word2vec-text, glove-text, fasttext, safetensors, numpy, word2vec-binary, gensim"
    )
    assert "this is a web page" in failure(write(b"<html>"))


@pytest.mark.parametrize("rows", [b"the 1 2 3\n, 4 5 6\n", b"2 3\nthe 1 2 3\n, 4 5 6\n"])
def test_text_in_an_archive_that_does_not_compress_is_an_archive(rows, tmp_path):
    with zipfile.ZipFile(tmp_path / "glove.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("glove.txt", rows)
    with pytest.raises(VectorFileError, match="this is a zip archive"):
        open_vectors(tmp_path / "glove.zip")
