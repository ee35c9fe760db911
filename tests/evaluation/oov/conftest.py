"""Predictions made up on the spot: texts of tokens with their states, some of them wrong."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def prediction():
    """A prediction of a text written as `great film qwzx/filled`, labelled `pos` unless told."""
    from embedkit.evaluation.predictions import Prediction

    def make(written, label="pos", predicted="pos", number=1, cut=0, looked_up=()):
        pairs = [
            token.rpartition("/")[::2] if "/" in token else (token, "covered") for token in written.split()
        ]
        tokens = tuple(token for token, _ in pairs)
        return Prediction(
            split="test",
            id=number,
            text=" ".join(tokens),
            label=label,
            predicted=predicted,
            probabilities=(0.25, 0.75),
            probability=0.75,
            tokens=tokens,
            states=tuple(state for _, state in pairs),
            looked_up=tuple(token in looked_up for token in tokens),
            cut=cut,
        )

    return make
