"""The pieces of texts, and the vectors that the network makes of them."""

from __future__ import annotations

import pytest
import torch

from embedkit.plugin_api import TextEncoder, TextEncoderContext, TextModel, make_component


def model(**parameters: int) -> TextModel:
    encoder: TextEncoder = make_component("text-encoder", "placeholder", **parameters)
    return encoder.open(TextEncoderContext())


def test_words_are_read_in_pieces() -> None:
    pieces = model().pieces(["a dullness", ""])
    assert pieces.words.tolist() == [-1, 0, 1, 1, -1, -1, -1]
    assert pieces.lengths.tolist() == [5, 2]
    assert [*pieces.tokens[0]] == ["a", "dullness"]


def test_words_beyond_the_positions_are_not_read() -> None:
    pieces = model(positions=5).pieces(["a dull film of fun"])
    assert pieces.read.tolist() == [3]
    assert pieces.lengths.tolist() == [5]


def test_states_depend_on_the_text() -> None:
    network = model(dim=6).build()
    ids = torch.tensor([[0, 5, 7, 1], [0, 5, 9, 1]])
    states = network(ids, torch.ones_like(ids, dtype=torch.bool))
    assert states.shape == (2, 4, 6)
    assert not torch.equal(states[0, 1], states[1, 1])


def test_it_needs_a_dimension() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        make_component("text-encoder", "placeholder", dim=0)
