"""Pieces of texts are remembered, and are those that the model gives."""

from __future__ import annotations

import numpy as np
import pytest
from small_text_encoder import SmallModel

from embedkit.text import pieces as module
from embedkit.text.pieces import RememberedPieces

TEXTS = ["a small film", "", "a \U0001f600 plot", "a small film", "wonderful"]


class CountingModel(SmallModel):
    def __init__(self):
        super().__init__()
        self.asked = []

    def pieces(self, texts):
        self.asked += texts
        return super().pieces(texts)


def plain(pieces):
    arrays = {name: getattr(pieces, name) for name in ("ids", "words", "unknown", "lengths", "read")}
    told = {name: (str(array.dtype), array.tolist()) for name, array in arrays.items()}
    return told, [[*words] for words in pieces.tokens]


@pytest.mark.parametrize("texts", [TEXTS, TEXTS[::-1], TEXTS[1:2], []])
def test_they_are_those_of_the_model(texts):
    remembered = RememberedPieces(CountingModel())
    for _ in range(2):
        assert plain(remembered.pieces(texts)) == plain(SmallModel().pieces(texts))


def test_each_text_is_split_once():
    model = CountingModel()
    remembered = RememberedPieces(model)
    remembered.pieces(TEXTS[:2])
    remembered.pieces(TEXTS)
    assert model.asked == [*dict.fromkeys(TEXTS)]
    assert (remembered.dim, remembered.digest) == (model.dim, model.digest)


def test_only_so_many_are_remembered(monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    model = CountingModel()
    remembered = RememberedPieces(model)
    for _ in range(2):
        assert np.array_equal(remembered.pieces(TEXTS).ids, SmallModel().pieces(TEXTS).ids)
    assert len(model.asked) == 2 * len(TEXTS)
