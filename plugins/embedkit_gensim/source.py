"""Vectors trained by gensim, as vector sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from embedkit.plugin_api import KnownWords, Lookup


class TrainedVectors(KnownWords):
    """gensim's KeyedVectors `wv`. `rows` are positions by frequency, the most frequent word first."""

    def __init__(self, wv: Any) -> None:
        super().__init__(wv.key_to_index, wv.vectors)
        self._wv = wv


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
