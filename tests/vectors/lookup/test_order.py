"""Whether a file begins with its frequent words."""

import random

import pytest

from embedkit import open_vectors
from embedkit.vectors.lookup.order import LEAST, OrderFinder


def order(words, at_once=100):
    finder = OrderFinder()
    for begin in range(0, len(words), at_once):
        finder.add(words[begin : begin + at_once])
    return finder.order()


@pytest.mark.parametrize("name", ["w2v-c-gutenberg-200d.bin", "glove6b-100d.mr-sst.ctool.bin"])
def test_real_files_and_the_same_words_in_other_orders(name, real_vectors):
    words = [word for block in open_vectors(real_vectors / name).blocks() for word in block.words]
    assert order(words) == "frequency"
    assert order(words[::-1]) == "other"
    assert order(sorted(words)) == "alphabet"
    for seed in range(20):
        assert order(random.Random(seed).sample(words, len(words))) == "other"


def test_the_alphabet_is_followed_over_blocks():
    words = [b"%05d" % n for n in range(LEAST)]
    assert order(words, at_once=7) == "alphabet"
    assert order([*words[:70], *words[60:]], at_once=7) == "other"
    assert order([*words, b""]) == "other"


def test_too_few_words_to_tell():
    assert order([b"%05d" % n for n in range(LEAST - 1)]) is None
    assert order([]) is None


def test_words_of_one_length_say_nothing():
    assert order([b"b", b"a"] * LEAST) == "other"
