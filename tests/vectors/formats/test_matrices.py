"""Vectors as a matrix beside a list of words: safetensors of both layouts, and NumPy."""

import json
import struct

import numpy as np
import pytest
from safetensors.numpy import save_file

from embedkit import open_vectors
from embedkit.errors import VectorFileError

WORDS = ["the", "naïve", "", "two words", "a\tb", "the"]
ROWS = np.arange(18, dtype=np.float32).reshape(6, 3) / 7
WANTED = ["two words", "the", "nowhere", "", "naïve", "a\tb"]
PLACES = [3, 0, -1, 2, 1, 4]


def words_tensor(words=WORDS):
    return np.frombuffer("".join(f"{word}\n" for word in words).encode(), np.uint8)


@pytest.fixture
def ours(tmp_path):
    path = tmp_path / "vectors.dat"
    save_file({"vectors": ROWS, "words": words_tensor()}, path)
    return path


@pytest.fixture
def model2vec(tmp_path):
    save_file({"embeddings": ROWS[:5]}, tmp_path / "model.safetensors")
    vocabulary = {word: row for row, word in enumerate(WORDS[:5])}
    (tmp_path / "tokenizer.json").write_text(
        json.dumps({"model": {"type": "WordPiece", "vocab": vocabulary}})
    )
    return tmp_path / "model.safetensors"


@pytest.fixture
def array(tmp_path):
    np.save(tmp_path / "vectors.npy", ROWS)
    (tmp_path / "vectors.words").write_bytes("\n".join(WORDS).encode())
    return tmp_path / "vectors.npy"


@pytest.fixture(params=["ours", "model2vec", "array"])
def path(request):
    return request.getfixturevalue(request.param)


def failure(path, **options):
    with pytest.raises(VectorFileError) as caught:
        open_vectors(path, **options).lookup(WANTED)
    return str(caught.value)


def test_rows_of_every_layout(path):
    file = open_vectors(path)
    assert file.dim == 3
    lookup = file.lookup(WANTED)
    assert lookup.rows.tolist() == PLACES
    assert lookup.vectors.dtype == np.float32
    assert lookup.vectors[lookup.found].tobytes() == ROWS[[3, 0, 2, 1, 4]].tobytes()
    blocks = [*file.blocks()]
    assert np.concatenate([block.vectors for block in blocks]).tobytes() == ROWS[: file.count].tobytes()
    assert [word.decode() for block in blocks for word in block.words] == WORDS[: file.count]
    assert open_vectors(path, limit=2).lookup(WANTED).rows.tolist() == [-1, 0, -1, -1, 1, -1]


def test_formats_are_found_by_content(ours, model2vec, array):
    assert [open_vectors(p).format for p in (ours, model2vec, array)] == [
        "safetensors",
        "safetensors",
        "numpy",
    ]


def test_the_first_of_a_repeated_word_wins(ours):
    file = open_vectors(ours)
    assert file.lookup(["the"]).rows.tolist() == [0]
    assert file.report.duplicates == ("the",)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_widths(dtype, tmp_path):
    np.save(tmp_path / "v.npy", ROWS.astype(dtype))
    (tmp_path / "v.txt").write_text("".join(f"{word}\n" for word in WORDS))
    save_file({"vectors": ROWS.astype(dtype), "words": words_tensor()}, tmp_path / "v.safetensors")
    for name in ("v.npy", "v.safetensors"):
        vectors = open_vectors(tmp_path / name).lookup(WANTED).vectors
        assert vectors[1:2].tobytes() == ROWS[:1].astype(dtype).astype(np.float32).tobytes()


@pytest.mark.parametrize("dtype", [">f4", ">f2", ">f8"])
def test_big_endian_arrays(dtype, array):
    np.save(array, ROWS.astype(dtype))
    lookup = open_vectors(array).lookup(WANTED)
    assert lookup.vectors[1:2].tobytes() == ROWS[:1].astype(dtype).astype(np.float32).tobytes()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [b"", b"\n", b"\r\n", b"\n\n \n", b"\n\x1a", b"\r\n\x1a"])
def test_a_list_of_words_as_editors_write_it(mark, end, last, array):
    listed = mark + end.join(word.encode() for word in WORDS) + last
    array.with_suffix(".words").write_bytes(listed)
    file = open_vectors(array)
    assert file.lookup(WANTED).rows.tolist() == PLACES
    assert [word.decode() for block in file.blocks() for word in block.words] == WORDS


@pytest.mark.parametrize("listed", [b"x\n" * 7, b"x\n" * 5, b"x\n" * 5 + b"\n\nx\n"])
def test_a_list_of_another_length(listed, array):
    array.with_suffix(".words").write_bytes(listed)
    assert "words for 6 rows" in failure(array)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_list_of_words_in_utf_16(encoding, array):
    array.with_suffix(".words").write_bytes("\n".join(WORDS).encode(encoding))
    assert "is UTF-16 text: save the list of words as UTF-8" in failure(array)


def test_a_list_of_words_without_line_ends(array, ours):
    array.with_suffix(".words").write_bytes(b"x" * 200_000_000)
    assert "holds a word of more than 4,096 bytes\n" in failure(array)
    save_file({"vectors": ROWS, "words": np.full(5000, ord("x"), np.uint8)}, ours)
    assert "holds a word of more than 4,096 bytes\n" in failure(ours)


def test_bfloat16(tmp_path):
    import torch
    from safetensors.torch import save_file as save_torch

    tensors = {"vectors": torch.tensor(ROWS).bfloat16(), "words": torch.tensor(words_tensor().copy())}
    save_torch(tensors, tmp_path / "v")
    expected = torch.tensor(ROWS).bfloat16().float().numpy()
    assert open_vectors(tmp_path / "v").lookup(WANTED).vectors[[0, 1]].tobytes() == expected[[3, 0]].tobytes()


def test_a_unigram_tokenizer(model2vec):
    vocabulary = [[word, -1.5] for word in WORDS[:5]]
    model2vec.with_name("tokenizer.json").write_text(json.dumps({"model": {"vocab": vocabulary}}))
    assert open_vectors(model2vec).lookup(WANTED).rows.tolist() == PLACES


def test_every_prefix_of_a_safetensors_file_is_refused(ours, write):
    content = ours.read_bytes()
    for size in range(1, len(content)):
        failure(write(content[:size], "cut"))


def test_headers_that_lie(ours, write):
    content = ours.read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])

    def changed(name, **keys):
        text = json.dumps({**header, name: {**header[name], **keys}}).encode()
        return write(struct.pack("<Q", len(text)) + text + content[8 + size :], "changed")

    assert "the vectors have 72 bytes, which F32 [600, 3] has not" in failure(
        changed("vectors", shape=[600, 3])
    )
    assert "the vectors are I32 [6, 3], not [words, dimensions]" in failure(changed("vectors", dtype="I32"))
    assert "the vectors are F32 [18], not [words, dimensions]" in failure(changed("vectors", shape=[18]))
    huge = {"shape": [10**12, 3], "data_offsets": [0, 12 * 10**12]}
    assert "the file is cut" in failure(changed("vectors", **huge))
    assert "the file is cut within its words" in failure(changed("words", data_offsets=[72, 10**12]))
    assert "a tensor lies outside the file" in failure(changed("words", data_offsets=[72, 8]))
    assert "has 1 words for 6 rows" in failure(changed("words", data_offsets=[72, 75]))


def test_safetensors_of_something_else(tmp_path):
    save_file({"encoder.weight": ROWS}, tmp_path / "weights")
    told = failure(tmp_path / "weights")
    assert "holds encoder.weight; vectors and words, or embeddings, are read without naming a tensor" in told
    assert "tensor: encoder.weight in a recipe, --tensor encoder.weight in a command" in told


def test_words_that_do_not_fit_a_model2vec_file(model2vec):
    tokenizer = model2vec.with_name("tokenizer.json")
    tokenizer.write_text(json.dumps({"model": {"vocab": {"the": 0}}}))
    assert "tokenizer.json: has 1 words for the 5 rows of model.safetensors" in failure(model2vec)
    tokenizer.unlink()
    assert "the words of model.safetensors cannot be read" in failure(model2vec)


def test_words_that_do_not_fit_an_array(array):
    words = array.with_suffix(".words")
    words.write_text("the\n")
    assert "has 1 words for 6 rows" in failure(array)
    words.rename(array.with_suffix(".vocab"))
    array.with_suffix(".txt").write_text("")
    assert "needs one list of words beside it; there are 2" in failure(array)
    array.with_suffix(".txt").unlink()
    array.with_suffix(".vocab").unlink()
    assert "needs one list of words beside it; there are 0" in failure(array)


def test_arrays_that_are_not_vectors(array):
    np.save(array, ROWS.astype(int))
    assert "holds <i8 [6, 3], not [words, dimensions] of floats in C order" in failure(array)
    np.save(array, np.asfortranarray(ROWS))
    assert "in Fortran order" in failure(array)
    np.save(array, np.array([{}], object))
    assert "holds |O [1]" in failure(array)


def test_words_that_are_not_utf8(array):
    array.with_suffix(".words").write_bytes(b"the\ncaf\xe9\nx\ny\nz\nw")
    assert r"record 2: the word b'caf\xe9' is not UTF-8" in failure(array)
    assert open_vectors(array, errors="replace").lookup(["caf\ufffd"]).rows.tolist() == [1]
