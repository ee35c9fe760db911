"""Labelled texts drawn at random, and what a model predicts of them whose errors are given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embedkit.evaluation.error_analysis.held_out import HeldOut

WORDS = 1_000


def drawn_texts(
    generator: np.random.Generator, shares: Sequence[float], count: int
) -> tuple[list[tuple[str, ...]], np.ndarray]:
    """Return tokens and labels [N] of texts; classes have these shares, and differ in words and lengths."""
    zipf = 1 / np.arange(1, WORDS + 1)
    labels = generator.choice(len(shares), count, p=shares)
    lengths = generator.poisson(6 + 10 * (labels % 2))
    tokens = []
    for label, length in zip(labels.tolist(), lengths.tolist(), strict=True):
        drawn = generator.choice(WORDS, length, p=np.roll(zipf / zipf.sum(), 3 * label))
        tokens.append(tuple(f"w{word}" for word in drawn))
    return tokens, labels


def predicted_texts(
    tokens: Sequence[tuple[str, ...]], labels: np.ndarray, wrong: np.ndarray, classes: int = 2
) -> HeldOut:
    """Return what one model predicts that takes the texts that are `wrong` [N] for the class after theirs."""
    rows = np.arange(len(labels))
    probabilities = np.full((1, len(labels), classes), 0.1 / classes)
    probabilities[0, rows, np.where(wrong, (labels + 1) % classes, labels)] += 0.9
    return HeldOut(
        ids=rows + 100,
        texts=tuple(" ".join(each) for each in tokens),
        tokens=tuple(tokens),
        labels=np.asarray(labels, np.int64),
        classes=tuple(f"class {position}" for position in range(classes)),
        probabilities=probabilities,
        models=("the run",),
    )
