"""Vectors trained by gensim, as vector sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedkit.plugin_api import Lookup

if TYPE_CHECKING:
    from embedkit.plugin_api import FloatArray


class TrainedVectors:
    """gensim's KeyedVectors `wv`. `rows` are positions by frequency, the most frequent word first."""

    def __init__(self, wv: Any) -> None:
        self._wv = wv

    @property
    def dim(self) -> int:
        """Return D, the width of the vectors."""
        return int(self._wv.vector_size)

    @property
    def unk(self) -> FloatArray | None:
        """Return None: there is no vector for unknown words."""
        return None

    def lookup(self, words: Sequence[str]) -> Lookup:
        """Return the vectors of `words`, matched exactly, in order."""
        import numpy as np

        rows = np.array([self._wv.key_to_index.get(word, -1) for word in words], dtype=np.int64)
        found = rows >= 0
        vectors = np.zeros((len(rows), self.dim), dtype=np.float32)
        vectors[found] = self._wv.vectors[rows[found]]
        return Lookup(vectors, found, rows)


class TrainedSubwords(TrainedVectors):
    """gensim's FastTextKeyedVectors: vectors for other words too, from their character n-grams."""

    def __init__(self, wv: Any) -> None:
        super().__init__(wv)
        self._trained = {bucket for buckets in wv.buckets_word for bucket in buckets.tolist()}

    def subword(self, words: Sequence[str]) -> Lookup:
        """Return the mean n-gram vector of each word (Bojanowski et al. 2017), float32 [n, D].

        `found` is False for a word none of whose n-grams was trained: its vector would be noise.
        """
        import numpy as np

        found = np.array([self._knows_part_of(word) for word in words], dtype=np.bool_)
        vectors = np.zeros((len(words), self.dim), dtype=np.float32)
        for row in np.flatnonzero(found).tolist():
            vectors[row] = self._wv.get_vector(words[row])
        return Lookup(vectors, found, np.full(len(words), -1, np.int64))

    def _knows_part_of(self, word: str) -> bool:
        from gensim.models.fasttext import ft_ngram_hashes

        wv = self._wv
        if word in wv.key_to_index:
            return True
        return not self._trained.isdisjoint(ft_ngram_hashes(word, wv.min_n, wv.max_n, wv.bucket))
