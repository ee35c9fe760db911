"""Neighbours and analogies are those that gensim finds."""

import numpy as np
import pytest
from gensim.models import KeyedVectors

from embedkit import open_vectors
from embedkit.errors import VectorFileError
from embedkit.vectors.tools.neighbours import analogy, nearest, neighbours

NAME = "glove6b-100d.mr-sst.ctool.bin"


@pytest.fixture(scope="module")
def oracle(real_vectors):
    return KeyedVectors.load_word2vec_format(real_vectors / NAME, binary=True)


@pytest.fixture
def file(real_vectors):
    return open_vectors(real_vectors / NAME)


def assert_same(found, expected, oracle):
    assert [neighbour.word for neighbour in found] == [word for word, _ in expected]
    np.testing.assert_allclose([n.similarity for n in found], [s for _, s in expected], atol=1e-5)
    assert [neighbour.row for neighbour in found] == [oracle.key_to_index[word] for word, _ in expected]


def test_neighbours(file, oracle):
    words = ["great", "film", "</s>"] if "</s>" in oracle else ["great", "film"]
    for word, found in zip(words, neighbours(file, words, 12), strict=True):
        assert_same(found, oracle.most_similar(word, topn=12), oracle)


def test_analogies(file, oracle):
    expected = oracle.most_similar(positive=["king", "woman"], negative=["man"], topn=5)
    assert_same(analogy(file, ["king", "woman"], ["man"], 5), expected, oracle)
    assert expected[0][0] == "queen"


def test_a_word_without_a_vector(file):
    with pytest.raises(VectorFileError, match="has no vector for 'qwzx', 'zzyx'"):
        neighbours(file, ["great", "qwzx", "zzyx"])


def test_vectors_of_zeros_are_near_nothing(write):
    path = write(b"3 2\n" + b"".join(w + b" " + np.array(v, "<f4").tobytes() for w, v in ROWS))
    found = nearest(open_vectors(path), np.array([[1, 0]], np.float32), 3, [set()])[0]
    assert [(neighbour.word, round(neighbour.similarity, 3)) for neighbour in found] == [
        ("east", 1.0),
        ("west", -1.0),
    ]


@pytest.mark.filterwarnings("error")
def test_vectors_that_are_not_finite_are_no_neighbours(write, caplog):
    strange = b"film nan 1 2\nbad inf 1 2\nnone 0 0 0\nlong 3e38 3e38 3e38\nshort 1e-42 0 0\n"
    file = open_vectors(write(b"the 1 2 3\n" + strange + b"ok .5 5. -0\n"))
    found = neighbours(file, ["the"], 9)[0]
    assert [each.word for each in found] == ["long", "ok", "short"]
    np.testing.assert_allclose([each.similarity for each in found], [0.925820, 0.558463, 0.267261], atol=1e-5)
    assert caplog.messages == [f"{file.path}: 2 vectors hold NaN or infinity and are no neighbours"]
    for word, what in (("none", "no direction, for 'none'"), ("film", "'film' holds NaN or infinity")):
        with pytest.raises(VectorFileError, match=what):
            neighbours(file, [word])


def test_one_string_is_no_sequence_of_words(write):
    file = open_vectors(write(b"k 1 2 3\ni 1 2 2\nn 3 2 1\n"))
    for ask in (
        lambda: neighbours(file, "kin"),
        lambda: analogy(file, "kin", []),
        lambda: analogy(file, ["k"], "in"),
    ):
        with pytest.raises(TypeError, match="not one string"):
            ask()


ROWS = [(b"west", [-2, 0]), (b"zero", [0, 0]), (b"east", [3, 0])]
