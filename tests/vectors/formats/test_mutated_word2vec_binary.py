"""Whatever is done to a good file, the loader returns exactly what is there or raises its own error."""

import gzip
import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from vector_samples import record

from embedkit import open_vectors
from embedkit.errors import VectorFileError

WORDS = ["the", "of", "naïve", "</s>", "in_spite_of"]
ROWS = np.arange(15, dtype="<f4").reshape(5, 3) / 7 + 1


def good(after):
    return b"5 3\n" + b"".join(
        record(w, *row, after=after) for w, row in zip(WORDS, ROWS.tolist(), strict=True)
    )


def read_plainly(content):
    """The vectors of `content`, read byte by byte as the format is defined; None where it is not kept."""
    header = re.match(rb"[ \t]*([0-9]{1,15})[ \t]+([0-9]{1,15})[ \t]*\r?\n", content)
    if not header or not int(header[1]) or not int(header[2]):
        return None
    at, size, vectors = header.end(), 4 * int(header[2]), {}
    for _ in range(int(header[1])):
        space = content.find(b" ", at)
        vector = content[space + 1 : space + 1 + size]
        if space < 0 or len(vector) < size:
            return None
        try:
            vectors.setdefault(content[at:space].lstrip(b"\r\n").decode(), np.frombuffer(vector, "<f4"))
        except UnicodeDecodeError:
            return None
        at = space + 1 + size
    doubtful = any("\0" in word or not np.isfinite(vector).all() for word, vector in vectors.items())
    return None if content[at:].strip(b"\r\n") or doubtful else vectors


def check(path, content):
    expected = read_plainly(content)
    words = [*(expected or WORDS), "never in a file"]
    try:
        lookup = open_vectors(path).lookup(words)
    except VectorFileError:
        assert expected is None
        return
    assert expected is not None
    assert lookup.found.tolist() == [word in expected for word in words]
    assert lookup.vectors[:-1].tobytes() == b"".join(vector.tobytes() for vector in expected.values())


def test_every_value_of_every_byte(tmp_path):
    for after in (b"", b"\n"):
        content = good(after)
        for at in range(len(content)):
            for value in {0, 9, 10, 13, 32, 48, 57, 127, 128, 255, content[at] ^ 1, content[at] ^ 128}:
                changed = content[:at] + bytes([value]) + content[at + 1 :]
                path = tmp_path / "vectors"
                path.write_bytes(changed)
                check(path, changed)


def test_every_byte_deleted_or_doubled(tmp_path):
    for after in (b"", b"\n"):
        content = good(after)
        for at in range(len(content)):
            for changed in (content[:at] + content[at + 1 :], content[: at + 1] + content[at:]):
                path = tmp_path / "vectors"
                path.write_bytes(changed)
                check(path, changed)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), after=st.sampled_from([b"", b"\n", b"\r\n"]), compress=st.booleans())
def test_any_splice(data, after, compress, tmp_path_factory):
    content = good(after)
    begin = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(begin, min(len(content), begin + 40)))
    replacement = data.draw(
        st.binary(max_size=40) | st.sampled_from([content, content[4:], b"\n", b" " * 30])
    )
    changed = content[:begin] + replacement + content[end:]
    path = tmp_path_factory.mktemp("splice") / "vectors"
    path.write_bytes(gzip.compress(changed) if compress else changed)
    check(path, changed)


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, 400), bit=st.integers(0, 7), after=st.sampled_from([b"", b"\n"]))
def test_any_flipped_bit_of_a_gzip_file(at, bit, after, tmp_path_factory):
    content = good(after)
    compressed = bytearray(gzip.compress(content, mtime=0))
    compressed[at % len(compressed)] ^= 1 << bit
    path = tmp_path_factory.mktemp("flip") / "vectors"
    path.write_bytes(compressed)
    try:
        lookup = open_vectors(path).lookup(WORDS)
    except VectorFileError:
        return
    assert lookup.vectors.tobytes() == ROWS.tobytes()
