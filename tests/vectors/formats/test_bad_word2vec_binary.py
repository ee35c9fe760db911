"""Every way for a file not to be well-formed word2vec binary, and the message that says so."""

import gzip
import io
import os
import pickle
import re
import time
import zipfile
from pipes import make_pipe

import numpy as np
import pytest
from peak_memory import peak_memory
from vector_samples import record

from embedkit import open_vectors
from embedkit.errors import PluginError, VectorFileError

BODY = record("one", 1, 2) + record("two", 3, 4) + record("three", 5, 6)
GOOD = b"3 2\n" + BODY


def failure(path, **options):
    """The message of the one error that opening `path` and looking up every word raises."""
    with pytest.raises(VectorFileError) as caught:
        open_vectors(path, format="word2vec-binary", **options).lookup(["one", "two", "three", "four"])
    assert str(path) in str(caught.value)
    return str(caught.value).removeprefix(str(path))


def assert_refused_early(path, compress):
    """Refusing the file costs less than half the processor time of reading all of it."""
    assert min(cost(failure, path) for _ in range(5)) < cost(read_all, path, compress) / 2


def cost(action, *arguments):
    """Seconds of this process's processor time, which other processes do not add to."""
    start = time.process_time()
    action(*arguments)
    return time.process_time() - start


def read_all(path, compress):
    with (gzip.open if compress else open)(path, "rb") as file:
        while file.read(1 << 20):
            pass


def test_a_header_that_promises_more_than_the_file_is_refused_before_anything_is_allocated(write):
    path = write(b"1000000000 300\n" + BODY)
    before = peak_memory()
    message = failure(path)
    assert peak_memory() - before < 10_000_000
    assert message == (
        ": the header says 1,000,000,000 vectors of 300 dimensions, at least 1,201,000,000,015 bytes; "
        "the file has 53\n    It was cut short, or it is of another format."
    )


def test_a_compressed_file_is_held_against_what_its_bytes_can_stand_for(write):
    path = write(b"1000000000 300\n" + BODY, compress=True)
    assert "; the file can hold at most " in failure(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": the file is empty"),
        (b"3 4\n", ": the header says 3 vectors of 4 dimensions, at least 55 bytes; the file has 4"),
        (b"3 4", ": is not word2vec binary: has no header line 'count dim'"),
        (record("one", 1, 2), ": is not word2vec binary: has no header line 'count dim'"),
        (b"+3 +4\n" + BODY, ": is not word2vec binary: has no header line 'count dim'"),
        (b"0_3 4\n" + BODY, ": is not word2vec binary: has no header line 'count dim'"),
        ("３ ４\n".encode() + BODY, ": is not word2vec binary: has no header line 'count dim'"),
        (b"3 2 1\n" + BODY, ": is not word2vec binary: has no header line 'count dim'"),
        (b"0 4\n" + BODY, ": the header says 0 vectors of 4 dimensions; both must be at least 1"),
        (b"4 0\n" + BODY, ": the header says 4 vectors of 0 dimensions; both must be at least 1"),
        (
            b"1 1000001\n" + BODY,
            ": the header says 1 vectors of 1,000,001 dimensions; at most 1,000,000 are read",
        ),
        (
            b"9" * 40 + b" 2\n",
            f": the header says {'9' * 40} vectors of 2 dimensions: no file has so many",
        ),
    ],
)
def test_headers(content, message, write):
    assert failure(write(content)).partition("\n")[0] == message


def test_a_bad_header_costs_a_few_bytes_of_reading(write):
    assert_refused_early(write(b"3" * 100_000_000), compress=False)


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("after", [b"", b"\n"], ids=["gensim", "C tool"])
def test_every_prefix_of_a_good_file_is_refused(after, compress, write):
    content = b"3 2\n" + b"".join(record(w, 1, 2, after=after) for w in ("one", "two", "three"))
    whole = len(content) - len(after)
    for size in range(whole):
        failure(write(content[:size], compress=compress))
    for size in range(whole, len(content) + 1):
        assert open_vectors(write(content[:size], compress=compress)).lookup(["three"]).found.all()


def test_where_a_file_is_cut_is_told(write):
    content = b"2 2\n" + record("a" * 20, 1, 2) + record("two", 3, 4)
    assert failure(write(content[:-1])) == (
        ", record 2, byte 33: the file is cut: it ends within or before this record, of 2\n"
        "    `limit: 1` reads the whole records that are there."
    )


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    "more", [b"x", b"\n\nmore", record("four", 1, 2), bytes(3_000_000), b"\n" * 2_000_000 + b"."]
)
def test_bytes_after_the_last_record(more, compress, write):
    path = write(GOOD + more, compress=compress)
    assert ": more bytes follow the last of 3 records\n" in failure(path)
    assert open_vectors(path, limit=3).lookup(["three"]).found.all()


def test_a_count_that_is_too_small_tells_where_the_rest_begins(write):
    assert failure(write(GOOD.replace(b"3 2", b"2 2"))).startswith(
        ", byte 28: more bytes follow the last of 2"
    )


@pytest.mark.parametrize("dim", [297, 298, 299, 301, 302])
def test_a_wrong_dim(dim, write):
    rng = np.random.default_rng(dim)
    rows = b"".join(f"w{i} ".encode() + rng.standard_normal(300, np.float32).tobytes() for i in range(50))
    failure(write(f"50 {dim}\n".encode() + rows))


NO_SPACE = b"1000 300\n" + b"x" * 40_000_000


def test_a_body_without_a_space_is_refused_at_its_beginning(write):
    read_so_far = []
    message = failure(write(NO_SPACE), progress=lambda done, _: read_so_far.append(done))
    assert ", record 1, byte 8: no space within 4,096 bytes: here should be a word\n" in message
    assert 0 < max(read_so_far) < 4_000_000


def test_a_compressed_body_without_a_space_is_not_inflated_to_its_end(write):
    path = write(NO_SPACE, compress=True)
    assert_refused_early(path, compress=True)
    assert ", record 1, byte 8: no space within 4,096 bytes: here should be a word\n" in failure(path)


def test_a_gzip_bomb_is_refused_at_once(write):
    path = write(b"100 300\n" + bytes(200_000_000), compress=True)
    assert path.stat().st_size < 1_000_000
    assert_refused_early(path, compress=True)


@pytest.mark.parametrize("length", [4096, 4097])
def test_the_longest_word(length, write):
    path = write(b"2 2\n" + record("x" * length, 1, 2) + record("b", 1, 2))
    if length == 4096:
        assert open_vectors(path).lookup(["x" * length]).found.all()
    else:
        failure(path)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_wanted_vector_that_is_not_finite_names_its_first_word(value, write):
    rows = [record("one", 1, 2), record("four", 1, 2), record("three", 1, value), record("two", value, 1)]
    path = write(b"4 2\n" + b"".join(rows))
    assert failure(path) == ", record 3: the vector of 'three' holds NaN or infinity"
    assert open_vectors(path).lookup(["one", "four"]).found.all()


def test_a_word_that_is_not_utf8(write):
    path = write(b"2 2\n" + record("one", 1, 2) + record(b"caf\xe9", 1, 2))
    assert failure(path) == (
        r", record 2, byte 16: the word b'caf\xe9' is not UTF-8"
        "\n    The file is damaged, or its header's dim "
        "is wrong; if words are only cut, use errors: replace."
    )


def test_a_real_file_with_a_word_that_is_not_utf8(real_vectors):
    message = failure(real_vectors / "finalfusion_utf8-incomplete.bin")
    assert message.startswith(r", record 2, byte 23: the word b'zee\xbfn' is not UTF-8")


def test_a_word_with_a_zero_byte(write):
    path = write(b"2 2\n" + record("one", 1, 2) + record(b"a\0b", 1, 2))
    assert failure(path, errors="replace").startswith(
        r", record 2, byte 16: the word b'a\x00b' holds a zero byte"
    )


def _zip():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("vectors.bin", GOOD)
    return file.getvalue()


def _npy():
    file = io.BytesIO()
    np.save(file, np.zeros((3, 2), "f4"))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (_zip(), "a zip archive (.zip, .npz, or a PyTorch .pt file)"),
        (_npy(), "a NumPy array (.npy)"),
        *(
            (pickle.dumps({"a": [1]}, protocol), "a Python pickle (such as gensim's own save)")
            for protocol in (2, 3, 4, 5)
        ),
        (b"3 2\none 0.5 -1e-3\ntwo 3 4\nthree 5 6\n", "word2vec-text"),
        (b"2 1\none 0.5\ntwo 3\n", "word2vec-text"),
        (b"the 0.1 -0.2 3e4 .5\nof 1 2 3 4\n", "glove-text"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            "a Git LFS pointer, not the file itself",
        ),
        (b"<!DOCTYPE html>\n<title>Quota exceeded</title>", "a web page"),
        (gzip.compress(b"\x28\xb5\x2f\xfd\x00", mtime=0), "a Zstandard file"),
        (gzip.compress(gzip.compress(GOOD, mtime=0), mtime=0), "gzip inside gzip"),
    ],
)
def test_another_format_is_named(content, found, write):
    assert failure(write(content, "x.bin")) == f": is not word2vec binary: this is {found}"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("finalfusion-similarity-100d.txt", "word2vec-text"),
        ("finalfusion-similarity-100d.nodims", "glove-text"),
        ("gensim-EN.1-10-300d.txt", "word2vec-text"),
        ("torchtext-glove.840B-300d.first100.txt", "glove-text"),
        ("torchtext-wiki.en.99of2519370-300d.vec", "word2vec-text"),
        ("finalfusion_utf8-incomplete.txt", "glove-text"),
        ("finalfusion_utf8-incomplete.dims", "word2vec-text"),
    ],
)
def test_real_text_files_are_named(name, found, real_vectors):
    assert failure(real_vectors / name) == f": is not word2vec binary: this is {found}"


def test_gzip_that_is_cut(write):
    whole = gzip.compress(GOOD, mtime=0)
    for size in range(2, len(whole)):
        message = failure(write(whole[:size]))
        assert re.match(r": (the gzip content is cut or damaged: |the header says )", message), message


def test_gzip_with_a_wrong_checksum(write):
    whole = bytearray(gzip.compress(GOOD, mtime=0))
    whole[-6] ^= 1
    assert failure(write(bytes(whole))).startswith(": the gzip content is cut or damaged: CRC check failed")


def test_gzip_with_a_wrong_checksum_that_a_limit_does_not_reach(write):
    rows = b"".join(record(f"w{i}", *range(1000)) for i in range(2000))
    whole = bytearray(gzip.compress(b"2001 1000\n" + record("one", *range(1000)) + rows, mtime=0))
    whole[-6] ^= 1
    path = write(bytes(whole))
    failure(path)
    file = open_vectors(path, limit=1)
    assert file.lookup(["one"]).found.all()
    assert not file.report.verified


def test_gzip_with_something_after_it(write):
    assert failure(write(gzip.compress(GOOD) + b"more")).startswith(": the gzip content is cut or damaged: ")
    members = gzip.compress(GOOD[:20]) + gzip.compress(GOOD[20:])
    assert open_vectors(write(members)).lookup(["one", "three"]).found.all()


def test_a_directory(tmp_path):
    assert failure(tmp_path) == ": is a directory, where a file of word vectors is expected"


def test_a_missing_file(tmp_path):
    assert failure(tmp_path / "missing.bin") == ": cannot be read: No such file or directory"


def test_a_pipe_does_not_hang(tmp_path):
    make_pipe(tmp_path / "pipe")
    assert failure(tmp_path / "pipe") == ": is not a regular file, where a file of word vectors is expected"


@pytest.fixture
def nobody():
    """For the length of a test, a user who may not read what others wrote."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield
    os.seteuid(user)


def test_an_unreadable_file(write, request):
    path = write(GOOD)
    path.chmod(0)
    request.getfixturevalue("nobody")
    assert failure(path) == ": cannot be read: Permission denied"


def test_an_unknown_format_suggests_one(write):
    with pytest.raises(
        PluginError, match="unknown vector format 'word2vec-binry' - did you mean 'word2vec-binary'"
    ):
        open_vectors(write(GOOD), format="word2vec-binry")
