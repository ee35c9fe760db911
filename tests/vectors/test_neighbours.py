"""Neighbours and analogies are those that gensim finds."""

import numpy as np
import pytest
from gensim.models import KeyedVectors

from embedkit import open_vectors
from embedkit.errors import VectorFileError
from embedkit.vectors.neighbours import analogy, nearest, neighbours

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
        ("zero", 0.0),
        ("west", -1.0),
    ]


ROWS = [(b"west", [-2, 0]), (b"zero", [0, 0]), (b"east", [3, 0])]
