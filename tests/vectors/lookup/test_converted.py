"""With `cache="full"` all of a compressed or text file is kept: any words of it are then read at once."""

import gzip
import logging

import numpy as np
import pytest

from embedkit import open_vectors
from embedkit.errors import VectorFileError
from embedkit.files import cache

WORDS = [*(f"word{i}" for i in range(1498)), "é", "word7"]
SOME = ["word7", "nowhere", "é", "word1497", "word7", "two words"]
OTHERS = WORDS[::-9]


def content(numbers, kind):
    if kind == "word2vec-binary":
        rows = (w.encode() + b" " + row.tobytes() for w, row in zip(WORDS, numbers, strict=True))
        return b"1500 100\n" + b"".join(rows)
    words = [*WORDS[:1498], "é", "two words"] if kind == "glove-text" else WORDS
    lines = (f"{w} {' '.join(map(str, row))}\n" for w, row in zip(words, numbers, strict=True))
    return (("" if kind == "glove-text" else "1500 100\n") + "".join(lines)).encode()


@pytest.fixture(scope="module", params=["word2vec-binary", "word2vec-text", "glove-text", "bfloat16"])
def file(request, tmp_path_factory):
    """Three formats, one of them with numbers that bfloat16 holds; text plain, the others compressed."""
    numbers = np.random.default_rng(2).standard_normal((1500, 100), dtype=np.float32)
    kind = request.param
    if kind == "bfloat16":
        mantissa = np.random.default_rng(3).integers(0, 2**16, numbers.shape, dtype=np.uint32) & 0xBFFF
        numbers, kind = (mantissa << 16).view(np.float32), "word2vec-binary"
    path = tmp_path_factory.mktemp("files") / request.param
    made = content(numbers, kind)
    path.write_bytes(made if kind.endswith("text") else gzip.compress(made, 1))
    return path


@pytest.fixture(autouse=True)
def worth(monkeypatch):
    monkeypatch.setattr("embedkit.vectors.file.WORTH_KEEPING", 1 << 16)


def assert_right(file, words, *, read):
    """`read` says whether the file itself must be read."""
    expected = open_vectors(file, cache=False).lookup(words)
    told = []
    opened = open_vectors(file, cache="full", progress=lambda *figures: told.append(figures))
    lookup = opened.lookup(words)
    for name in ("vectors", "found", "rows"):
        assert getattr(lookup, name).tobytes() == getattr(expected, name).tobytes()
    assert bool(told) == read
    return opened.report


def the_copy():
    (path,) = [entry.path for entry in cache.entries() if entry.path.suffix == ".safetensors"]
    return path


def test_any_words_after_the_first_time(file, caplog):
    with caplog.at_level(logging.INFO):
        report = assert_right(file, SOME, read=True)
    assert "wrote the converted copy of" in caplog.text
    assert report.duplicates == (() if file.name == "glove-text" else ("word7",))
    caplog.clear()
    assert assert_right(file, SOME, read=False) == report
    for words in (OTHERS, [], ["nowhere"], ["\udcff", "é"], WORDS):
        assert_right(file, words, read=False)
    assert "cannot be used" not in caplog.text
    assert len(cache.entries()) == 2
    assert open_vectors(the_copy()).dtype == ("bfloat16" if file.name == "bfloat16" else "float32")


def test_a_copy_that_is_cut_or_changed_is_not_believed_and_made_again(file, caplog):
    assert_right(file, SOME, read=True)
    good = the_copy().read_bytes()
    vectors = good.index(b'"vectors"')
    places = {
        "cut within the header": good[:100],
        "cut within the rows": good[: len(good) // 2],
        "without its last word": good[:-3],
        "a bit of a wanted row": flipped(good, 512 + open_vectors(the_copy()).dim * width(good) * 7),
        "a bit of a wanted word": flipped(good, good.rindex("é".encode())),
        "the header": flipped(good, vectors + 3),
        "nothing": b"",
    }
    for name, bad in places.items():
        the_copy().write_bytes(bad)
        caplog.clear()
        assert_right(file, SOME, read=True)
        assert "the copy cannot be used" in caplog.text, name
        assert the_copy().read_bytes() == good
        assert_right(file, SOME, read=False)


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def width(data):
    return 2 if b"BF16" in data[:512] else 4


def test_a_copy_without_its_index_or_an_index_without_its_copy(file):
    assert_right(file, SOME, read=True)
    the_copy().unlink()
    assert_right(file, SOME, read=True)
    (index,) = [entry.path for entry in cache.entries() if entry.path != the_copy()]
    index.unlink()
    assert_right(file, SOME, read=True)
    assert_right(file, SOME, read=False)


def test_another_file_of_the_same_name(file, tmp_path):
    copy = tmp_path / "vectors"
    copy.write_bytes(file.read_bytes())
    assert_right(copy, SOME, read=True)
    with gzip.open(copy, "wb", compresslevel=1) as packed:
        numbers = np.random.default_rng(9).standard_normal((1500, 100), dtype=np.float32)
        packed.write(content(numbers, "word2vec-binary"))
    assert_right(copy, SOME, read=True)


def test_a_cache_that_cannot_be_written(file, caplog, monkeypatch, tmp_path):
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "taken"))
    assert_right(file, SOME, read=True)
    assert "the converted copy could not be written" in caplog.text


def test_a_damaged_file_has_no_copy(file, tmp_path):
    damaged = tmp_path / "damaged"
    damaged.write_bytes(file.read_bytes()[:-700])
    with pytest.raises(VectorFileError):
        open_vectors(damaged, cache="full").lookup(SOME)
    assert not cache.entries()


def test_what_a_limit_reads_is_not_kept_as_the_whole(file):
    assert open_vectors(file, cache="full", limit=10).lookup(["word9", "word10"]).found.tolist() == [
        True,
        False,
    ]
    assert {entry.path.name[:4] for entry in cache.entries()} == {"rows"}
    assert_right(file, SOME, read=True)
