"""word2vec binary that Java wrote, its numbers big-endian: read as what they are, by every road."""

import numpy as np
import pytest
from vector_samples import record

from embedkit import open_vectors
from embedkit.vectors.lookup import two_processes
from embedkit.vectors.tools.check import check
from embedkit.vectors.tools.convert import convert

COUNT, DIM = 3000, 6
WORDS = [f"wörd{i}" for i in range(COUNT)]
WANTED = [*WORDS[::-7], "nowhere"]


@pytest.fixture(autouse=True)
def everything_is_worth_it(monkeypatch):
    for name in ("file.WORTH_INDEXING", "file.WORTH_KEEPING", "lookup.two_processes.WORTH_HALVING"):
        monkeypatch.setattr(f"embedkit.vectors.{name}", 0)


@pytest.fixture(params=["float32", "bfloat16"])
def vectors(request):
    values = np.random.default_rng(0).standard_normal((COUNT, DIM), np.float32)
    return values if request.param == "float32" else (values.view(np.uint32) & 0xFFFF0000).view(np.float32)


def binary(vectors, after=b"", order=">f4"):
    rows = (
        w.encode() + b" " + v.tobytes() + after for w, v in zip(WORDS, vectors.astype(order), strict=False)
    )
    return b"%d %d\n" % vectors.shape + b"".join(rows)


def assert_read(path, vectors, **options):
    file = open_vectors(path, **options)
    lookup = file.lookup(WANTED)
    assert lookup.vectors[:-1].tobytes() == vectors[::-7].tobytes()
    assert lookup.rows.tolist() == [*range(COUNT - 1, -1, -7), -1]
    assert file.layout.endswith(", numbers big-endian")


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("after", [b"", b"\n", b"\r\n"], ids=["gensim", "C tool", "CRLF"])
def test_every_road_gives_the_same(after, compress, vectors, write, tmp_path, caplog):
    path = write(binary(vectors, after), compress=compress)
    for options in (
        {"cache": False},
        {},
        {},
        {"cache": "full"},
        {"cache": "full"},
        {"processes": 2, "cache": False},
    ):
        assert_read(path, vectors, **options)
    assert f"{path}: its numbers are big-endian, as Java writes them, and are read so" in caplog.messages
    file = open_vectors(path, limit=COUNT - 1)
    assert np.concatenate([block.vectors for block in file.blocks()]).tobytes() == vectors[:-1].tobytes()
    convert(open_vectors(path), tmp_path / "converted", "word2vec-binary")
    assert (tmp_path / "converted").read_bytes() == binary(vectors, order="<f4")


def test_two_halves_are_used(vectors, write, caplog):
    assert two_processes.WORTH_HALVING == 0
    assert_read(write(binary(vectors)), vectors, processes=2, cache=False)
    assert not [message for message in caplog.messages if "read by one process" in message]


def test_check_tells_of_it(vectors, write):
    contents = check(open_vectors(write(binary(vectors))))
    assert contents.faults() == [
        "its numbers are big-endian, as Java writes them: they are read so here, and wrongly by other tools"
    ]
    assert 1 < contents.norm_mean < 4


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((8, 4)),
        np.full((8, 4), 1e-5),
        np.full((8, 4), 1e5),
        np.random.default_rng(0).standard_normal((8, 1)),
        np.eye(8),
        np.random.default_rng(1).integers(0, 2**32, (64, 8), np.uint32).view(np.float32),
        np.full((2, 3), np.array(0x0000803F, np.uint32).view(np.float32)),
    ],
    ids=["zeros", "short", "long", "one dimension", "axes", "any bits", "few"],
)
def test_little_endian_is_left_alone(values, write):
    file = open_vectors(write(binary(values.astype(np.float32), order="<f4")))
    assert "big-endian" not in file.layout
    read = np.concatenate([block.vectors for block in file.blocks()])
    assert read.tobytes() == values.astype(np.float32).tobytes()


def test_vectors_that_no_training_gives(write):
    rows = {"a": [1, 2], "b": [1e30, 1], "c": [1e-9, 0], "d": [0, 0], "e": [9e5, 1], "f": [3e38, 3e38]}
    contents = check(open_vectors(write(b"6 2\n" + b"".join(record(w, *v) for w, v in rows.items()))))
    zero, absurd = contents.faults()
    assert zero == "1 vectors are zero: 'd'"
    assert absurd.startswith(
        "3 vectors are longer than 1,000,000 or shorter than 1e-06, which no training gives"
    )
    assert absurd.endswith(": 'b', 'c', 'f'")
