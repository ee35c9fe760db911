"""Made predictions, for pages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from embedkit.evaluation.error_analysis.slice_candidates import SliceName
from embedkit.evaluation.error_analysis.slices import Slice, Slices


def predictions(n: int, words: int = 20) -> pd.DataFrame:
    """Return made predictions of n texts, a fifth of them wrong, in the columns of predictions.csv."""
    random = np.random.default_rng(0)
    vocabulary = np.array([f"word{number}" for number in range(20_000)])
    places = np.minimum(random.zipf(1.3, size=(n, words)) - 1, len(vocabulary) - 1)
    tokens = [list(row) for row in vocabulary[places]]
    labels = random.integers(0, 3, n)
    predicted = np.where(random.random(n) < 0.2, (labels + 1) % 3, labels)
    names = np.array(["negative", "neutral", "positive"])
    return pd.DataFrame(
        {
            "split": "test",
            "id": np.arange(1, n + 1),
            "label": names[labels],
            "predicted": names[predicted],
            "probability": random.uniform(0.34, 1, n),
            **{f"p_{name}": 1 / 3 for name in names},
            "text": [" ".join(row) for row in tokens],
            "tokens": words,
            "cut": 0,
            "oov_share": random.choice([0, 0.05, 0.1], n),
            "token_list": tokens,
            "token_states": [["unseen", *["covered"] * (words - 1)]] * n,
        }
    )


def slices_with(examples: Sequence[int]) -> Slices:
    """Return one slice, with the ids of its wrong texts."""
    name = SliceName("word", "dull")
    found = Slice(name, (), 20, 12, (0.39, 0.78), 0.2, 0.18, 1e-4, 1e-3, (20, 15), tuple(examples))
    return Slices(300, 60, 40, 3, 0.05, 0, (found,))
