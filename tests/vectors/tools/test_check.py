"""`check` finds whatever is wrong anywhere in a file, and tells what it holds."""

import numpy as np
import pytest
from gensim.models import KeyedVectors
from vector_samples import record

from embedkit import open_vectors
from embedkit.errors import VectorFileError
from embedkit.vectors.tools.check import check


@pytest.mark.parametrize(
    ("name", "bfloat16"),
    [
        ("finalfusion-similarity-100d.bin", False),
        ("finalfusion-similarity-100d.txt", False),
        ("w2v-c-gutenberg-200d.bin", False),
        ("glove6b-100d.mr-sst.ctool.bin", False),
    ],
)
def test_real_files(name, bfloat16, real_vectors):
    path = real_vectors / name
    oracle = KeyedVectors.load_word2vec_format(path, binary=name.endswith(".bin"))
    norms = np.linalg.norm(oracle.vectors.astype(float), axis=1)
    contents = check(open_vectors(path))
    assert (contents.count, contents.dim, contents.bfloat16) == (*oracle.vectors.shape, bfloat16)
    assert contents.first == oracle.index_to_key[:5]
    assert contents.last == oracle.index_to_key[-5:]
    figures = [contents.norm_least, contents.norm_most, contents.norm_mean, contents.norm_deviation]
    np.testing.assert_allclose(figures, [norms.min(), norms.max(), norms.mean(), norms.std()], rtol=1e-6)
    assert not contents.faults()


def test_everything_that_is_wrong(write):
    rows = [
        ("a", 1, 2),
        ("b", 0, 0),
        ("a", 3, 4),
        ("c\td", 1, 1),
        ("", 1, 1),
        ("e", 1, float("inf")),
        ("a", 5, 6),
    ]
    contents = check(open_vectors(write(b"7 2\n" + b"".join(record(*row) for row in rows))))
    assert contents.faults() == [
        "2 words occur more than once: 'a', 'a'",
        "1 vectors hold NaN or infinity: 'e'",
        "1 vectors are zero: 'b'",
        r"2 words are empty or hold white space: 'c\td', ''",
    ]
    assert contents.bfloat16


def test_only_the_first_few_words_are_named(write):
    contents = check(open_vectors(write(b"4000 1\n" + b"".join(record(f"w{i}", 0) for i in range(4000)))))
    assert contents.faults() == ["4,000 vectors are zero: 'w0', 'w1', 'w2', 'w3', 'w4'"]


def test_a_damaged_file(write):
    with pytest.raises(VectorFileError, match="record 3"):
        check(open_vectors(write(b"3 1\n" + record("abcd", 1) + record("efgh", 2))))


@pytest.mark.parametrize("header", [b"", b"6 3\n"])
def test_words_that_are_not_composed(header, write):
    words = ["cafe\u0301", "\u1112\u1161\u11ab", "café", "한", "\u2126", "film"]
    path = write(header + "".join(f"{word} 1 2 3\n" for word in words).encode())
    (fault,) = check(open_vectors(path)).faults()
    assert fault.startswith("3 words are not in Unicode's composed form (NFC)")
    assert fault.endswith("policy nfc: 'cafe\u0301', '\u1112\u1161\u11ab', '\u2126'")
