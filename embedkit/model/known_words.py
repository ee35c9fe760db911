"""A vector source for words whose vectors are in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from embedkit.interfaces import Lookup

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray


class KnownWords:
    """A VectorSource for `words` only, with `vectors` float32 [n, D], and `unk` [D] for unknown words.

    `words` are in the order of the rows, or map each word to its row.
    """

    def __init__(
        self,
        words: Sequence[str] | Mapping[str, int],
        vectors: FloatArray,
        unk: FloatArray | None = None,
    ) -> None:
        if not isinstance(words, Mapping):
            words = {word: row for row, word in enumerate(words)}
        self._row_of: Mapping[str, int] = words
        self._vectors = vectors
        self._unk = unk

    @property
    def dim(self) -> int:
        """Return the dimension D of the vectors."""
        return int(self._vectors.shape[1])

    @property
    def unk(self) -> FloatArray | None:
        """Return the vector [D] for unknown words, or None to leave them to the out-of-vocabulary chain."""
        return None if self._unk is None else self._unk.copy()

    def lookup(self, words: Sequence[str]) -> Lookup:
        """Return the vectors of `words`. `rows` are positions among the known words, -1 for other words."""
        import numpy as np

        rows = np.array([self._row_of.get(word, -1) for word in words], dtype=np.int64)
        found = rows >= 0
        vectors = np.zeros((len(rows), self.dim), dtype=np.float32)
        vectors[found] = self._vectors[rows[found]]
        return Lookup(vectors, found, rows)
