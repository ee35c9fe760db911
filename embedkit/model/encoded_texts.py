"""Texts as a frozen text encoder reads them: one vector for each word, or one for each text."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embedkit.interfaces.vectors import Progress, no_progress
from embedkit.model.text_vectors import TextVectors

if TYPE_CHECKING:
    from embedkit.files.storage import Storage
    from embedkit.interfaces import FloatArray, IntArray, TextModel

TEXTS = 4096
"""Texts that are encoded at once."""


@dataclass(frozen=True)
class EncodedTexts:
    """n texts as vectors of D numbers, N in all, one text after another.

    `padded` [N + 1, D] holds them, float32 or float16, and ends with a vector of zeros, for padding.
    `lengths` int64 [n] counts the vectors of each text: one, or those of the words that the encoder reads.
    """

    padded: FloatArray
    lengths: IntArray

    @property
    def values(self) -> FloatArray:
        """The vectors [N, D]."""
        return self.padded[:-1]


def encode_texts(
    model: TextModel,
    texts: Sequence[str],
    pooled: bool,
    storage: Storage,
    half: bool = False,
    progress: Progress = no_progress,
) -> EncodedTexts:
    """Return the vectors of `texts`, in `storage`: one for each text if `pooled`, or else for each word.

    The vector of a word is the mean of the states of its pieces; words beyond the model's positions have
    none. With `half` the vectors are float16. `progress` is told of texts.
    """
    vectors, column, lengths = TextVectors(model, pooled), storage.column("B"), [np.empty(0, np.int64)]
    dtype = np.dtype(np.float16 if half else np.float32)
    for first in range(0, len(texts), TEXTS):
        some = texts[first : first + TEXTS]
        values, counts = _in_order(vectors, model, some)
        column.extend(array("B", np.ascontiguousarray(values, dtype).tobytes()))
        lengths.append(counts)
        progress(first + len(some), len(texts))
    column.extend(array("B", bytes(model.dim * dtype.itemsize)))
    padded = np.frombuffer(column.view(), dtype).reshape(-1, model.dim)
    return EncodedTexts(padded, np.concatenate(lengths))


def _in_order(vectors: TextVectors, model: TextModel, texts: Sequence[str]) -> tuple[FloatArray, IntArray]:
    """Return the vectors of `texts` in their order, [N, D], and how many each has, int64 [n]."""
    distinct = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    parts: dict[int, FloatArray] = {}
    for batch in vectors.compute(model.pieces([*distinct])):
        of_texts = np.split(batch.values, batch.lengths.cumsum()[:-1])
        parts.update(zip(batch.numbers.tolist(), of_texts, strict=True))
    ordered = [parts[distinct[text]] for text in texts]
    return np.concatenate(ordered), np.fromiter(map(len, ordered), np.int64, len(ordered))
