"""fastText models: the vectors that fastText itself wrote, and gensim's for words the models do not have."""

import gzip
from importlib.resources import files

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.models.fasttext import load_facebook_vectors

from embedkit import open_vectors
from embedkit.errors import VectorFileError
from embedkit.vectors.file import SubwordFile

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
MODELS = files("gensim") / "test" / "test_data"
OUTPUT = 17 + 22 * 5 * 4
"""Bytes of the toy model's output matrix at its end, which no lookup needs."""
UNSEEN = ["qwzxy", "наука", "naïvetés", "a", "<", "x" * 300]


def failure(path, **options):
    with pytest.raises(VectorFileError) as caught:
        open_vectors(path, **options).lookup(["the"])
    return str(caught.value).removeprefix(str(path))


@pytest.mark.parametrize("name", ["crime-and-punishment", "toy-model"])
def test_words_have_the_vectors_that_fasttext_wrote_as_text(name):
    oracle = KeyedVectors.load_word2vec_format(MODELS / f"{name}.vec")
    file = open_vectors(MODELS / f"{name}.bin")
    lookup = file.lookup([*oracle.index_to_key, "nowhere"])
    assert (file.format, file.count, file.dim) == ("fasttext", len(oracle), oracle.vector_size)
    assert lookup.rows.tolist() == [*range(len(oracle)), -1]
    np.testing.assert_allclose(lookup.vectors[:-1], oracle.vectors, atol=5e-6)
    assert lookup.vectors.dtype == np.float32


@pytest.mark.parametrize(
    "name", ["crime-and-punishment", "lee_fasttext_new", "lee_fasttext", "toy-model-pretrained"]
)
def test_unseen_words_have_the_vectors_that_gensim_gives_them(name):
    oracle = load_facebook_vectors(str(MODELS / f"{name}.bin"))
    file = open_vectors(MODELS / f"{name}.bin")
    known = [
        word for word in oracle.index_to_key if word != "</s>"
    ]  # fastText gives </s> no subwords, gensim does
    np.testing.assert_allclose(file.lookup(known).vectors, np.stack([oracle[w] for w in known]), atol=1e-6)
    assert isinstance(file, SubwordFile)
    unseen = [word for word in UNSEEN if word not in oracle.key_to_index]
    subword = file.subword(unseen)
    assert subword.found.all()
    assert subword.rows.tolist() == [-1] * len(unseen)
    np.testing.assert_allclose(subword.vectors, np.stack([oracle[w] for w in unseen]), atol=1e-6)
    assert file.subword([]).vectors.shape == (0, oracle.vector_size)
    nothing = file.subword(["", "</s>"])
    assert nothing.found.tolist() == [False, name == "lee_fasttext"]  # before 2017 </s> had subwords
    assert not nothing.vectors[~nothing.found].any()


def test_a_supervised_model_whose_dictionary_has_labels_and_words_that_are_not_utf8():
    path = MODELS / "pang_lee_polarity_fasttext.bin"
    assert failure(path) == r", record 149: the word b'\x97' is not UTF-8" "\n    Use errors: replace."
    oracle = KeyedVectors.load_word2vec_format(path.with_suffix(".vec"), unicode_errors="replace")
    file = open_vectors(path, errors="replace")
    lookup = file.lookup([*oracle.index_to_key, "__label__1", "__label__pos"])
    assert lookup.found.tolist() == [True] * len(oracle) + [False, False]
    np.testing.assert_allclose(lookup.vectors[:-2], oracle.vectors, atol=5e-6)
    assert not file.subword(["unseen"]).found.any()


def test_a_limit():
    file = open_vectors(MODELS / "crime-and-punishment.bin", limit=10)
    oracle = KeyedVectors.load_word2vec_format(MODELS / "crime-and-punishment.vec")
    assert file.lookup(oracle.index_to_key[:20]).found.tolist() == [True] * 10 + [False] * 10


def test_every_cut_before_the_end_of_the_words_vectors_is_refused(tmp_path):
    content = (MODELS / "toy-model.bin").read_bytes()
    path = tmp_path / "model"
    needed = len(content) - OUTPUT
    for size in range(4, needed - 3, 7):
        path.write_bytes(content[:size])
        failure(path, format="fasttext")
    path.write_bytes(content[:needed])
    assert open_vectors(path).lookup(["the"]).vectors.shape == (1, 5)


def test_models_that_cannot_be_read(tmp_path, write):
    good = (MODELS / "toy-model.bin").read_bytes()
    assert failure(write(good, compress=True)) == ": is a fastText model in gzip: decompress it first"
    version = write(good[:4] + b"\x0d" + good[5:])
    assert failure(version) == ": is a fastText model of version 13; 11 and 12 can be read"
    dim = write(good[:8] + b"\xff" * 4 + good[12:])
    assert ": the header says 22 words of -1 dimensions, and is damaged" in failure(dim)
    large = write(good[:8] + b"\xff\xff\x01\0" + good[12:])
    assert "where at least 122 x 131,071 belongs" in failure(large)
    flag = len(good) - OUTPUT - (22 + 100) * 5 * 4 - 17
    quantized = write(good[:flag] + b"\1" + good[flag + 1 :])
    assert failure(quantized) == ": is a quantized model (.ftz); its full model (.bin) can be read"
    assert failure(MODELS / "lee_fasttext.vec", format="fasttext") == ": is not a fastText model"


def quantized(good):
    """The model with its matrix as `quantize` without -cutoff writes it: smaller, and flagged."""
    flag = len(good) - OUTPUT - (22 + 100) * 5 * 4 - 17
    return good[:flag] + b"\1" + good[flag + 1 : flag + 200]


def test_a_quantized_model_is_named_although_it_is_small(write):
    good = (MODELS / "toy-model.bin").read_bytes()
    assert (
        failure(write(quantized(good))) == ": is a quantized model (.ftz); its full model (.bin) can be read"
    )


OLD = "lee_fasttext.bin"


def test_a_model_of_before_2017_which_has_no_magic_number(tmp_path):
    file = open_vectors(MODELS / OLD)
    oracle = KeyedVectors.load_word2vec_format(MODELS / "lee_fasttext.vec")
    assert (file.format, file.count, file.dim) == ("fasttext", *oracle.vectors.shape)
    np.testing.assert_allclose(file.lookup(oracle.index_to_key).vectors, oracle.vectors, atol=5e-4)
    content = (MODELS / OLD).read_bytes()
    for size in (60, 76, 200, 30_000, len(content) // 2):
        (tmp_path / "cut").write_bytes(content[:size])
        failure(tmp_path / "cut")
    (tmp_path / "packed").write_bytes(gzip.compress(content, 1))
    assert failure(tmp_path / "packed") == ": is a fastText model in gzip: decompress it first"
