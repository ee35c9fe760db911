"""Lists vectors of length 1, where those of `lookup` have the length of the file."""

from collections.abc import Iterator, Sequence

from embedkit.plugin_api import Block, EmbeddingContext, Lookup, Register, hookimpl

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
        vectors = np.zeros((len(words), self.dim), np.float32)
        vectors[rows >= 0] = np.array(VECTORS, np.float32)[rows[rows >= 0]]
        return Lookup(vectors, rows >= 0, rows)

    def blocks(self) -> Iterator[Block]:
        """Yield all words and their vectors."""
        import numpy as np

        vectors = np.array(VECTORS, np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        yield Block(0, [word.encode() for word in ROWS], vectors)


class Mutant:
    """Vectors of four words."""

    def open(self, context: EmbeddingContext) -> Source:
        """Return the source of these words."""
        return Source()


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
