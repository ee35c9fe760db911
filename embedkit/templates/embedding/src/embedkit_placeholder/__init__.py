"""Hashed character n-grams, word vectors that need no file and no training and know every word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge

from embedkit.plugin_api import Doc, EmbeddingContext, Lookup, Register, hookimpl

if TYPE_CHECKING:
    from embedkit.plugin_api import FloatArray


class Placeholder:
    """Hashed character n-grams: words that are spelt alike have similar vectors.

    Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask Learning".
    """

    def __init__(
        self,
        *,
        dim: Annotated[int, Ge(1), Doc("width of every vector, D")] = 64,
        n: Annotated[int, Ge(1), Doc("characters in an n-gram")] = 3,
    ) -> None:
        self.dim = dim
        self.n = n

    def open(self, context: EmbeddingContext) -> HashedNgrams:
        """Return the source of the vectors, which depend on the spelling of a word alone."""
        return HashedNgrams(self.dim, self.n)


@dataclass(frozen=True)
class HashedNgrams:
    """Vectors of any word: each of its n-grams adds 1 or -1 to one of the `dim` numbers."""

    dim: int
    n: int
    unk: FloatArray | None = None

    def lookup(self, words: Sequence[str]) -> Lookup:
        """Return vectors of length 1; none is missing."""
        import numpy as np

        vectors = np.zeros((len(words), self.dim), np.float32)
        for vector, word in zip(vectors, words, strict=True):
            for ngram in self._ngrams(word):
                index, sign = self._hashed(ngram)
                vector[index] += sign
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        found, rows = np.ones(len(words), np.bool_), np.arange(len(words), dtype=np.int64)
        return Lookup(vectors / np.maximum(lengths, 1), found, rows)

    def _ngrams(self, word: str) -> Iterator[str]:
        marked = f"<{word}>"
        for start in range(max(1, len(marked) - self.n + 1)):
            yield marked[start : start + self.n]

    def _hashed(self, ngram: str) -> tuple[int, int]:
        """Return the place that an n-gram counts for, and its sign; Python's own hash differs by process."""
        number = int.from_bytes(blake2b(ngram.encode(), digest_size=8).digest())
        return (number >> 1) % self.dim, 1 if number & 1 else -1


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `placeholder`."""
    register("placeholder", Placeholder)
