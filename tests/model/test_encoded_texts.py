"""Texts that a frozen text encoder has read: their vectors are those of each text alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from small_text_encoder import POSITIONS, D, SmallModel

from embedkit.files.storage import InMemory, OnDisk
from embedkit.model import text_vectors
from embedkit.model.encoded_texts import encode_texts
from embedkit.model.word_pieces import word_pieces

TEXTS = [
    "a good film",
    "",
    "a good film",
    "incomprehensible",
    "one two three four five six",
    "\ud800 \u2028 naïve",
]
any_text = st.text(st.characters(), max_size=60)


def alone(model, text, pooled):
    """The vectors of one text by the network itself, computed plainly."""
    pieces, network = model.pieces([text]), model.build().eval()
    if not len(pieces.ids):
        return np.zeros((1 if pooled else 0, D), np.float32)
    ids = torch.tensor(pieces.ids[None].astype(np.int64))
    with torch.no_grad():
        states = network(ids, torch.ones_like(ids, dtype=torch.bool))
        if pooled:
            return network.pool(states, torch.ones_like(ids, dtype=torch.bool)).numpy()
    rows = [states[0, pieces.words == word].mean(0).numpy() for word in range(pieces.read[0])]
    return np.array(rows, np.float32).reshape(-1, D)


def split(encoded):
    return np.split(encoded.values, encoded.lengths.cumsum()[:-1])


@given(st.lists(any_text, max_size=30), st.booleans(), st.booleans())
def test_each_text_has_the_vectors_that_it_has_alone(texts, pooled, special):
    model = SmallModel(special=special)
    encoded = encode_texts(model, texts, pooled, InMemory())
    assert encoded.values.dtype == np.float32
    assert encoded.lengths.dtype == np.int64
    assert len(encoded.lengths) == len(texts)
    for text, vectors in zip(texts, split(encoded), strict=False):
        assert vectors == pytest.approx(alone(model, text, pooled), abs=1e-5)


@pytest.mark.parametrize("pooled", [True, False])
def test_batches_are_small_and_change_nothing(pooled, monkeypatch):
    whole = encode_texts(SmallModel(), TEXTS, pooled, InMemory())
    monkeypatch.setattr(text_vectors, "TOKENS", 10)
    model = SmallModel()
    batched = encode_texts(model, TEXTS, pooled, InMemory())
    assert len(model.read) > 2
    assert batched.values == pytest.approx(whole.values, abs=1e-6)


def test_a_text_that_stands_twice_is_read_once():
    model = SmallModel()
    encode_texts(model, TEXTS * 3, True, InMemory())
    assert sum(model.read) == len({*TEXTS})


def test_the_network_is_not_built_without_texts():
    model = SmallModel()
    model.build = lambda: pytest.fail("built")
    encoded = encode_texts(model, [], True, InMemory())
    assert encoded.values.shape == (0, D)
    assert not len(encoded.lengths)


def test_padding_stands_behind_the_vectors(tmp_path):
    for storage in (InMemory(), OnDisk(tmp_path)):
        encoded = encode_texts(SmallModel(), TEXTS, False, storage)
        assert encoded.padded.shape == (encoded.lengths.sum() + 1, D)
        assert not encoded.padded[-1].any()
        assert np.array_equal(encoded.padded[:-1], encoded.values)


def test_half_the_width_is_the_same_to_half_the_digits():
    single, half = (encode_texts(SmallModel(), TEXTS, False, InMemory(), half) for half in (False, True))
    assert half.values.dtype == np.float16
    assert np.array_equal(half.values, single.values.astype(np.float16))


def test_progress_is_told_of_texts():
    told = []
    encode_texts(SmallModel(), TEXTS, True, InMemory(), progress=lambda *seen: told.append(seen))
    assert told[-1] == (len(TEXTS), len(TEXTS))


def test_pieces_are_counted_by_word():
    pieces = SmallModel().pieces(["a filmmaker \U0001f600x", "", "wordswords " * 4])
    counted = word_pieces(pieces)
    assert [*counted.lengths] == [3, 0, 4]
    assert [*counted.read] == [3, 0, 2]
    assert POSITIONS - 2 >= 8
    assert [*counted.counts] == [1, 3, 1, 4, 4, 0, 0]
    assert [*counted.unknown] == [False, False, True, False, False, False, False]


def test_words_of_no_text_are_counted():
    counted = word_pieces(SmallModel().pieces([]))
    assert len(counted.counts) == len(counted.unknown) == len(counted.lengths) == 0
