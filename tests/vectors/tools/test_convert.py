"""The same words from one set of vectors in every format give the same rows."""

import gzip
import io
import os
import stat

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save_file
from vector_samples import REAL_WORD2VEC

from embedkit import open_vectors
from embedkit.errors import VectorFileError
from embedkit.vectors.formats.writers import WRITERS
from embedkit.vectors.tools.convert import convert

SMALL = b"3 2\none \x00\x00\x80?\x00\x00\x00@two \x00\x00@@\x00\x00\x80@three \x00\x00\xa0@\x00\x00\xc0@"


@pytest.fixture
def small(write):
    return open_vectors(write(SMALL))


@pytest.mark.parametrize("format", WRITERS)
@pytest.mark.parametrize("name", REAL_WORD2VEC)
def test_real_vectors_are_the_same_in_every_format(name, format, real_vectors, tmp_path):
    source = open_vectors(real_vectors / name)
    assert convert(source, tmp_path / "converted", format) == source.count
    oracle = KeyedVectors.load_word2vec_format(real_vectors / name, binary=True)
    converted = open_vectors(tmp_path / "converted")
    assert (converted.format, converted.dim) == (format, source.dim)
    lookup = converted.lookup(oracle.index_to_key)
    assert lookup.rows.tolist() == [*range(len(oracle))]
    assert lookup.vectors.tobytes() == oracle.vectors.tobytes()


@pytest.mark.parametrize("format", WRITERS)
def test_what_gensim_and_safetensors_read(format, small, tmp_path):
    path = tmp_path / "converted"
    convert(small, path, format)
    if format == "safetensors":
        with safe_open(path, "pt") as tensors:
            assert str(tensors.get_tensor("vectors").dtype) == "torch.bfloat16"
            assert tensors.get_tensor("vectors").tolist() == [[1, 2], [3, 4], [5, 6]]
            assert bytes(tensors.get_tensor("words").tolist()) == b"one\ntwo\nthree\n"
    elif format == "numpy":
        assert np.load(path).tolist() == [[1, 2], [3, 4], [5, 6]]
        assert path.with_suffix(".words").read_text() == "one\ntwo\nthree\n"
    elif format == "word2vec-binary":
        assert path.read_bytes() == SMALL
    else:
        rows = "one 1 2\ntwo 3 4\nthree 5 6\n"
        assert path.read_text() == ("3 2\n" if format == "word2vec-text" else "") + rows


def test_safetensors_has_float32_where_bfloat16_would_lose(write, tmp_path):
    third = np.array([1, 1 / 3], "<f4").tobytes()
    convert(open_vectors(write(b"1 2\na " + third)), tmp_path / "converted", "safetensors")
    with safe_open(tmp_path / "converted", "np") as tensors:
        assert tensors.get_tensor("vectors").tobytes() == third


def test_a_subset_is_written_in_file_order(small, tmp_path):
    words = ["three", "nowhere", "one", "three"]
    assert convert(small, tmp_path / "converted", "word2vec-text", words) == 2
    assert (tmp_path / "converted").read_text() == "2 2\none 1 2\nthree 5 6\n"
    with pytest.raises(VectorFileError, match="has none of the words"):
        convert(small, tmp_path / "none", "word2vec-text", ["nowhere"])


def test_a_compressed_file(write, tmp_path):
    assert convert(open_vectors(write(gzip.compress(SMALL))), tmp_path / "converted", "word2vec-binary") == 3
    assert (tmp_path / "converted").read_bytes() == SMALL


@pytest.mark.parametrize(
    ("word", "format", "why"),
    [
        ("two words", "word2vec-binary", "it has a space or a zero byte"),
        ("a\0b", "word2vec-binary", "it has a space or a zero byte"),
        ("\nword", "word2vec-binary", "it begins with a line end"),
        ("x" * 4097, "word2vec-binary", "it has more than 4,096 bytes"),
        ("two words", "word2vec-text", "it has white space"),
        ("a\nb", "glove-text", "it has a newline"),
        (" a", "glove-text", "it begins with white space"),
        ("a ", "glove-text", "it ends in white space or a number, which is read otherwise"),
        ("at 3", "glove-text", "it ends in white space or a number, which is read otherwise"),
        ("\ufeffa", "glove-text", "it begins with a byte order mark"),
        ("\ufeffa", "numpy", "it begins with a byte order mark"),
        ("a\r", "numpy", "it ends in a carriage return"),
        ("x" * 4097, "safetensors", "it has more than 4,096 bytes"),
        ("", "word2vec-text", "it is empty"),
        ("a\nb", "safetensors", "it has a newline"),
        ("a\nb", "numpy", "it has a newline"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(word, format, why):
    assert WRITERS[format]([io.BytesIO(), io.BytesIO()], 1, 1, False).refuses(word.encode()) == why


def test_a_refused_word_leaves_no_file(write, tmp_path):
    path = write(b"the 1 2 3\ntwo words 4 5 6\n")
    target = tmp_path / "converted"
    with pytest.raises(
        VectorFileError,
        match=r"cannot hold 1 word: 'two words' \(it has a space or a zero byte\)\n.*glove-text",
    ):
        convert(open_vectors(path), target, "word2vec-binary")
    assert [entry.name for entry in tmp_path.iterdir()] == ["vectors"]


SPACED = {"the": 1, ". . .": 2, "at name@domain.com": 3, "naïve": 4, "a\tb": 5, "no\u00a0break": 6}


def test_words_with_spaces_of_glove_text_go_where_they_can(write, tmp_path, caplog):
    source = open_vectors(write("".join(f"{w} {x} {x} {x}\n" for w, x in SPACED.items()).encode()))
    for format in ("glove-text", "safetensors", "numpy"):
        assert convert(source, tmp_path / format, format) == 6
        assert open_vectors(tmp_path / format).lookup([*SPACED]).vectors[:, 0].tolist() == [*SPACED.values()]
    for format in ("word2vec-binary", "word2vec-text"):
        left = 4 if format == "word2vec-binary" else 3
        with pytest.raises(VectorFileError, match=rf"{6 - left} words: '\. \. \.' \(.*\n.*safetensors.*skip"):
            convert(source, tmp_path / format, format)
        assert convert(source, tmp_path / format, format, skip=True) == left
        assert open_vectors(tmp_path / format).lookup(["the", "naïve", ". . ."]).found.tolist() == [1, 1, 0]
        assert "words left out: '. . .' (" in caplog.text


AS_WRITTEN = "the 0.4190 1 -.5e-1\n. . . +1.50 16777217 0.30000000000000000\nof 1E39 NaN 0.10\n"


def test_from_text_to_text_numbers_stay_as_they_are_written(write, tmp_path):
    source = open_vectors(write(AS_WRITTEN.encode()))
    assert convert(source, tmp_path / "copy", "glove-text") == 3
    assert (tmp_path / "copy").read_text() == AS_WRITTEN
    lines = AS_WRITTEN.splitlines(keepends=True)
    assert convert(source, tmp_path / "headed", "word2vec-text", skip=True) == 2
    assert (tmp_path / "headed").read_text() == "2 3\n" + lines[0] + lines[2]
    assert convert(open_vectors(tmp_path / "headed"), tmp_path / "back", "glove-text") == 2
    assert (tmp_path / "back").read_text() == lines[0] + lines[2]


@pytest.mark.parametrize("words", [["the"], [". . .", "nowhere", "the"], [". . .", ". . ."]])
def test_so_do_those_of_some_words(words, write, tmp_path):
    path = write((AS_WRITTEN + "the 9 9 9\n").encode())
    convert(open_vectors(path), tmp_path / "copy", "glove-text", words)
    expected = [line for line in AS_WRITTEN.splitlines(keepends=True) if line.startswith((*words,))]
    assert (tmp_path / "copy").read_text() == "".join(expected)


@given(
    rows=st.lists(st.lists(st.floats(width=32), min_size=2, max_size=2), min_size=1, max_size=5),
    style=st.sampled_from(["", ".3f", ".12e", "g", "+.5f"]),
)
@settings(max_examples=40, deadline=None)
def test_what_is_written_however_is_copied_to_the_byte(rows, style, tmp_path_factory):
    folder = tmp_path_factory.mktemp("numerals")
    text = "".join(f"w{i} {' '.join(format(x, style) for x in row)}\n" for i, row in enumerate(rows))
    (folder / "from").write_text(text)
    convert(open_vectors(folder / "from", format="glove-text"), folder / "to", "glove-text")
    assert (folder / "to").read_text() == text


def test_nothing_is_left_to_skip(write, tmp_path):
    with pytest.raises(VectorFileError, match="cannot hold 2 words"):
        convert(open_vectors(write(b"a b 1 2 3\nc d 1 2 3\n")), tmp_path / "to", "word2vec-text", skip=True)


def test_words_that_glove_text_would_not_be_known_by(write, tmp_path):
    source = open_vectors(write(b"2 3\n0.5 1 2 3\n-1 1 2 3\n"))
    with pytest.raises(VectorFileError, match="all numbers.*\n.*word2vec-text holds them"):
        convert(source, tmp_path / "to", "glove-text")


words = st.text(st.characters(codec="utf-8"), max_size=6) | st.text(
    " \t\r\x0b\x0cab0.\ufeff\u00a0", max_size=6
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(named=["0\r0\r"], format="glove-text")  # would have a value too many
@given(named=st.lists(words, min_size=2, max_size=6, unique=True), format=st.sampled_from([*WRITERS]))
def test_any_word_that_is_written_is_read_again(named, format, tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    listed = ["the", *(word for word in named if "\n" not in word and word != "the"), "film"]
    rows = np.arange(4 * len(listed), dtype=np.float32).reshape(-1, 4) / 8
    save_file(
        {"vectors": rows, "words": np.frombuffer("".join(f"{w}\n" for w in listed).encode(), np.uint8)},
        folder / "from",
    )
    count = convert(open_vectors(folder / "from"), folder / "to.npy", format, skip=True)
    file = open_vectors(folder / "to.npy")
    read = [word.decode() for block in file.blocks() for word in block.words]
    refuses = WRITERS[format]([io.BytesIO(), io.BytesIO()], 0, 4, False).refuses
    assert read == [word for word in listed if refuses(word.encode()) is None]
    assert len(read) == count
    lookup = file.lookup(read)
    assert lookup.rows.tolist() == [*range(count)]
    assert lookup.vectors.tolist() == [rows[listed.index(word)].tolist() for word in read]


def test_numpy_beside_files_of_the_same_name(write, tmp_path):
    """Such as the text file that is converted: only `.words` is what belongs to it."""
    source = open_vectors(write(b"the 1 2 3\ntwo words 4 5 6\n", "glove.txt"))
    assert convert(source, tmp_path / "glove.npy", "numpy") == 2
    assert open_vectors(tmp_path / "glove.npy").lookup(["the", "two words"]).rows.tolist() == [0, 1]


def test_numpy_replaces_no_list_of_words(small, tmp_path):
    (tmp_path / "to.words").write_text("mine")
    with pytest.raises(VectorFileError, match="to.words: is already there"):
        convert(small, tmp_path / "to.npy", "numpy")
    with pytest.raises(VectorFileError, match="to2.words: is where the words go"):
        convert(small, tmp_path / "to2.words", "numpy")
    assert (tmp_path / "to.words").read_text() == "mine"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["to.words", "vectors"]


def test_a_refused_word_leaves_neither_matrix_nor_words(tmp_path):
    np.save(tmp_path / "from.npy", np.ones((1, 2), "<f4"))
    (tmp_path / "from.words").write_bytes(b"caf\xe9\n")
    with pytest.raises(VectorFileError, match="not UTF-8"):
        convert(open_vectors(tmp_path / "from.npy"), tmp_path / "to.npy", "numpy")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["from.npy", "from.words"]


def test_a_file_that_came_while_it_was_converted_is_not_overwritten(small, tmp_path, monkeypatch):
    target, blocks = tmp_path / "to.txt", small.blocks

    def slow(*arguments):
        target.write_text("mine")
        return blocks(*arguments)

    monkeypatch.setattr(small, "blocks", slow)
    with pytest.raises(VectorFileError, match="to.txt: cannot be written: File exists"):
        convert(small, target, "glove-text")
    assert target.read_text() == "mine"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["to.txt", "vectors"]


def test_targets_that_cannot_be_written(small, tmp_path):
    with pytest.raises(VectorFileError, match="is already there"):
        convert(small, small.path, "word2vec-text")
    with pytest.raises(VectorFileError, match="unknown format to write 'glove' - did you mean 'glove-text'"):
        convert(small, tmp_path / "x", "glove")
    with pytest.raises(VectorFileError, match="cannot be written: No such file or directory"):
        convert(small, tmp_path / "missing" / "x", "glove-text")
    assert small.path.read_bytes() == SMALL


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o027, 0o640)])
def test_the_target_is_for_those_whom_the_umask_lets(mask, mode, write, tmp_path):
    before = os.umask(mask)
    try:
        convert(open_vectors(write(SMALL)), tmp_path / "to", "safetensors")
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "to").stat().st_mode) == mode


@pytest.mark.parametrize("format", ["word2vec-text", "glove-text"])
def test_text_brings_back_every_float32(format, write, tmp_path):
    bits = np.random.default_rng(8).integers(0, 2**32, 60_000, dtype=np.uint32).view(np.float32)
    rows = np.concatenate([bits[np.isfinite(bits)][:58_000], SPECIAL]).reshape(-1, 10)
    records = b"".join(b"%d %b" % (n, row.tobytes()) for n, row in enumerate(rows))
    source = open_vectors(write(b"%d 10\n" % len(rows) + records))
    convert(source, tmp_path / "text", format)
    (block,) = open_vectors(tmp_path / "text").blocks()
    assert block.vectors.tobytes() == rows.tobytes()


SPECIAL = np.array(
    [0.0, -0.0, 1e-45, -1.1754942e-38, 3.4028235e38, 1e9, 1e20, 1e-7, 0.1, 16777216], np.float32
)
