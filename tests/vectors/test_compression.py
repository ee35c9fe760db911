"""Compressed files are found by content, and every cut or changed byte of them is noticed."""

import bz2
import gzip
import lzma
import sys

import pytest
from vector_samples import record

from embedkit import open_vectors
from embedkit.errors import VectorFileError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

WORDS = [f"word{i}" for i in range(60)]
CONTENT = b"60 5\n" + b"".join(record(w, *range(i, i + 5)) for i, w in enumerate(WORDS))
CHECKED = {zstd.CompressionParameter.checksum_flag: 1}


def compress_zstd(content):
    return zstd.compress(content, options=CHECKED)


COMPRESS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": compress_zstd}


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


@pytest.mark.parametrize("name", COMPRESS)
def test_a_bomb_is_refused_at_once(name, write):
    path = write(COMPRESS[name](b"100 300\n" + bytes(20_000_000)))
    with pytest.raises(VectorFileError, match="no space within 4,096 bytes"):
        open_vectors(path).lookup(WORDS)


@pytest.mark.parametrize("name", COMPRESS)
def test_a_header_that_promises_more_than_can_be_compressed(name, write):
    path = write(COMPRESS[name](b"1000000000 300\n" + bytes(200)))
    with pytest.raises(VectorFileError, match="the file can hold at most"):
        open_vectors(path)


def test_zstandard_frames_after_one_another(write):
    path = write(zstd.compress(CONTENT[:100]) + compress_zstd(CONTENT[100:]))
    expected = open_vectors(write(CONTENT, "plain")).lookup(WORDS).vectors.tobytes()
    assert open_vectors(path).lookup(WORDS).vectors.tobytes() == expected


def test_a_changed_number_in_a_zstandard_file_with_a_checksum(write):
    numbers = bytes(range(1, 255)) * 40
    content = b"127 20\n" + b"".join(b"w%d %b" % (i, numbers[80 * i : 80 * i + 80]) for i in range(127))
    packed = bytearray(
        zstd.compress(content, options=CHECKED | {zstd.CompressionParameter.compression_level: 1})
    )
    packed[-1] ^= 1
    with pytest.raises(VectorFileError, match="the zstd content is cut or damaged"):
        open_vectors(write(bytes(packed))).lookup(["w5"])


def test_zstandard_that_is_not_installed(write, monkeypatch):
    path = write(compress_zstd(CONTENT))
    monkeypatch.setitem(sys.modules, zstd.__name__.partition(".")[0], None)
    with pytest.raises(VectorFileError) as caught:
        open_vectors(path)
    assert str(caught.value) == (
        f"{path}: is a Zstandard file, and what decompresses it is not installed\n"
        "    Install it: pip install backports.zstd"
    )
