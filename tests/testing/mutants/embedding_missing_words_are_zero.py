"""Gives words that it does not have the vector of the last one."""

from collections.abc import Sequence

from embedkit.plugin_api import EmbeddingContext, Lookup, Register, hookimpl

ROWS = {"great": 0, "film": 1, "dull": 2, "slow": 3}
VECTORS = [[1, 2], [2, 1], [0, -1], [-1, 0.5]]


class Source:
    """Vectors of four words."""

    dim = 2
    unk = None

    def lookup(self, words: Sequence[str]) -> Lookup:
        """Return the vectors of `words`."""
        import numpy as np

        rows = np.array([ROWS.get(word, -1) for word in words], np.int64)
        vectors = np.array(VECTORS, np.float32)[rows]
        return Lookup(vectors, rows >= 0, rows)


class Mutant:
    """Vectors of four words."""

    def open(self, context: EmbeddingContext) -> Source:
        """Return the source of these words."""
        return Source()


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
