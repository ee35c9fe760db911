"""The vectors of a random table, by word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embedkit.interfaces import FloatArray, Lookup


class RandomVectors:
    """A source that knows `words` alone: their `vectors` float32 [n, D], and `unk` [D] for unknown words."""

    def __init__(self, words: Sequence[str], vectors: FloatArray, unk: FloatArray) -> None:
        self._row_of = {word: row for row, word in enumerate(words)}
        self._vectors = vectors
        self._unk = unk

    @property
    def dim(self) -> int:
        """D."""
        return len(self._unk)

    @property
    def unk(self) -> FloatArray:
        """The vector [D] of unknown words."""
        return self._unk.copy()

    def lookup(self, words: Sequence[str]) -> Lookup:
        """The vectors of `words`; `rows` are positions among the words that the source was opened with."""
        rows = np.array([self._row_of.get(word, -1) for word in words], dtype=np.int64)
        found = rows >= 0
        vectors = np.zeros((len(rows), self.dim), dtype=np.float32)
        vectors[found] = self._vectors[rows[found]]
        return Lookup(vectors, found, rows)
