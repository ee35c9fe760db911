"""What the baseline learns, and what it can be restored from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from embedkit.plugin_api import BaselineState, DataError, make_component

TEXTS = ["a great film", "great fun", "a dull film", "Dull, slow"]
LABELS = np.array([1, 1, 0, 0])
CLASSES = ["bad", "good"]


def fitted(**parameters: float) -> Any:
    return make_component("baseline", "placeholder", **parameters).fit(TEXTS, LABELS, CLASSES)


def test_a_text_is_of_the_class_with_the_most_similar_words() -> None:
    probabilities = fitted().probabilities(["GREAT!", "dull and slow", "fun", "a film"])
    assert [*probabilities.argmax(axis=1)[:3]] == [1, 0, 1]
    assert probabilities[3] == pytest.approx([0.5, 0.5], abs=0.2)


def test_unknown_words_speak_for_no_class() -> None:
    assert fitted().probabilities(["nothing", ""]) == pytest.approx(np.full((2, 2), 0.5))


def test_sharpness_moves_probabilities_away_from_the_middle() -> None:
    blunt, sharp = (fitted(sharpness=s).probabilities(["great"])[0, 1] for s in (1, 20))
    assert 0.5 < blunt < sharp < 1


def test_texts_without_words_are_refused() -> None:
    with pytest.raises(DataError, match="no training text has a word"):
        make_component("baseline", "placeholder").fit(["!", "?"], np.array([0, 1]), CLASSES)


@pytest.mark.parametrize(
    ("words", "shape", "reason"),
    [
        (None, (2, 2), "expected a list of words"),
        (["a", 1], (2, 2), "expected a list of words"),
        (["a", "a"], (2, 2), "twice"),
        (["a", "b"], (2, 3), r"expected float64 \[2, 2\]"),
    ],
)
def test_a_state_of_something_else_is_refused(words: Any, shape: tuple[int, int], reason: str) -> None:
    state = BaselineState({"centroids": np.zeros(shape)}, {"words": words})
    with pytest.raises(DataError, match=reason):
        make_component("baseline", "placeholder").restore(state, CLASSES, "binary")
