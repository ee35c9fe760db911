"""Compressed files are found by content, and every cut or changed byte of them is noticed."""

import bz2
import gzip
import lzma

import pytest
from conftest import record

from embedkit import open_vectors
from embedkit.errors import VectorFileError

WORDS = [f"word{i}" for i in range(60)]
CONTENT = b"60 5\n" + b"".join(record(w, *range(i, i + 5)) for i, w in enumerate(WORDS))
COMPRESS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}


@pytest.fixture(params=COMPRESS)
def compress(request):
    return COMPRESS[request.param]


def test_every_compression_gives_the_same_rows(compress, write):
    expected = open_vectors(write(CONTENT, "plain")).lookup(WORDS).vectors
    assert open_vectors(write(compress(CONTENT))).lookup(WORDS).vectors.tobytes() == expected.tobytes()


def test_text_too(compress, write):
    path = write(compress(b"2 3\nthe 1 2 3\nof 4 5 6\n"))
    assert open_vectors(path).lookup(["of"]).vectors.tolist() == [[4, 5, 6]]


def test_cut_content(compress, write):
    content = compress(CONTENT)
    for size in range(6, len(content)):
        with pytest.raises(VectorFileError):
            open_vectors(write(content[:size])).lookup(WORDS)


def test_changed_content(compress, write):
    expected = open_vectors(write(CONTENT, "plain")).lookup(WORDS).vectors.tobytes()
    content = compress(CONTENT)
    refused = 0
    for at in range(len(content)):
        path = write(content[:at] + bytes([content[at] ^ 16]) + content[at + 1 :])
        try:
            assert open_vectors(path).lookup(WORDS).vectors.tobytes() == expected
        except VectorFileError:
            refused += 1
    assert refused > 0.9 * len(content)


def test_a_bzip2_bomb_is_refused_at_once(write):
    path = write(bz2.compress(b"100 300\n" + bytes(20_000_000)))
    with pytest.raises(VectorFileError, match="no space within 4,096 bytes"):
        open_vectors(path).lookup(WORDS)
