"""Answers for each of the words once, though it is asked for one twice."""

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

        place = {word: number for number, word in enumerate(words)}
        vectors = np.zeros((len(words), self.dim), np.float32)
        rows = np.full(len(words), -1, np.int64)
        for word in place.keys() & ROWS.keys():
            rows[place[word]] = ROWS[word]
            vectors[place[word]] = VECTORS[ROWS[word]]
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
