from __future__ import annotations

import pytest

import embedkit

TEXTS = [
    f"{mood} {thing}"
    for mood in ("good", "fine", "bad", "poor")
    for thing in ("film", "plot", "cast", "score")
]
LABELS = ["pos"] * 8 + ["neg"] * 8


@pytest.fixture(scope="session")
def recipe():
    """A small recipe with every split, to change and run."""
    return {
        "name": "small",
        "seed": 3,
        "data": {
            "train": {"use": "inline", "texts": TEXTS, "labels": LABELS},
            "validation": {"share": 0.25},
            "test": {
                "use": "inline",
                "texts": ["good new film", "", "zzz", "poor plot"],
                "labels": ["pos", "neg", "pos", "neg"],
            },
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 8},
        "encoder": {"use": "rnn", "hidden_size": 5},
        "training": {"epochs": 3, "batch_size": 4, "lr": 0.05},
        "evaluation": {"metrics": ["accuracy", "confusion-matrix"]},
    }


@pytest.fixture(scope="session")
def finished(recipe, tmp_path_factory):
    """A finished run of that recipe."""
    return embedkit.run(recipe, out=tmp_path_factory.mktemp("runs") / "small")
