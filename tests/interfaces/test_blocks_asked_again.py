"""What a source lists has to be what it looks up."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.errors import ComponentError
from embedkit.interfaces.consistency import check_blocks
from embedkit.interfaces.contracts import check_lookup
from embedkit.model.known_words import KnownWords
from embedkit.vectors.reading import Block

VECTORS = np.array([[1, 2], [3, 4], [5, 6]], np.float32)
WORDS = [b"a", b"caf\xc3\xa9", b"c"]


def listed(*blocks):
    source = KnownWords([word.decode() for word in WORDS], VECTORS)
    source.blocks = lambda: iter(blocks)
    return source


def check(*blocks):
    check_blocks(listed(*blocks), "embedding 'x'")


def test_a_source_that_lists_what_it_looks_up_passes():
    check(Block(0, WORDS, VECTORS))
    check()
    check_blocks(KnownWords(["a"], VECTORS[:1]), "embedding 'x'")


def test_the_first_of_a_repeated_word_counts():
    check(Block(0, [*WORDS, b"a"], np.vstack([VECTORS, VECTORS[1:2]])))


@pytest.mark.parametrize("vectors", [VECTORS * 2, VECTORS[::-1]])
def test_other_vectors_are_named(vectors):
    with pytest.raises(ComponentError, match=r"'x' has a vector of the word 'a' in blocks\(\) and another"):
        check(Block(0, WORDS, vectors))


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (Block(0, ["a", "b", "c"], VECTORS), "a Block with a row and words that are bytes"),
        ((WORDS, VECTORS), "a Block with a row and words that are bytes"),
        (
            Block(0, WORDS, VECTORS.astype(float)),
            r"an array of float32 and shape \[3, 2\], got ndarray of float64",
        ),
        (Block(0, WORDS, VECTORS[:2]), r"got ndarray of float32 and shape \[2, 2\]"),
    ],
)
def test_what_is_no_block_is_named(block, message):
    with pytest.raises(ComponentError, match=message):
        check(block)


def test_vectors_of_subwords_are_in_no_row():
    answer = KnownWords(["a", "b", "c"], VECTORS).lookup(["a", "b"])
    with pytest.raises(ComponentError, match=r"subword\(\).rows: expected -1 for every word, got row 1"):
        check_lookup(KnownWords(["a"], VECTORS), answer, 2, 2, verb="subword")
