"""Returns float64, NumPy's default, in place of float32."""

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
        vectors = np.zeros((len(words), self.dim))
        vectors[rows >= 0] = np.array(VECTORS)[rows[rows >= 0]]
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
