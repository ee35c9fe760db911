"""The vectors of words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from embedkit.plugin_api import EmbeddingContext, make_component


def source(**parameters: int) -> Any:
    return make_component("embedding", "placeholder", **parameters).open(EmbeddingContext(seed=1))


def test_every_word_has_a_vector_of_length_one() -> None:
    looked_up = source(dim=50).lookup(["film", "films", "qwzx", "é"])
    assert looked_up.vectors.shape == (4, 50)
    assert looked_up.found.all()
    assert np.linalg.norm(looked_up.vectors, axis=1) == pytest.approx(np.ones(4))


def test_words_that_are_spelt_alike_are_similar() -> None:
    film, films, story = source().lookup(["film", "films", "story"]).vectors
    assert film @ films > 0.5 > abs(film @ story)


def test_a_width_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        make_component("embedding", "placeholder", dim=0)
