"""Lets NumPy's exceptions pass where the file is not one of NumPy's."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from embedkit.plugin_api import Doc, EmbeddingContext, InputPath, Lookup, Register, hookimpl

if TYPE_CHECKING:
    from embedkit.plugin_api import FloatArray

ROWS = {"great": 0, "film": 1, "dull": 2, "slow": 3}
VECTORS = [[1, 2], [2, 1], [0, -1], [-1, 0.5]]


class Source:
    """Vectors of four words."""

    dim = 2
    unk = None

    def __init__(self, table: "FloatArray") -> None:
        self.table = table

    def lookup(self, words: Sequence[str]) -> Lookup:
        """Return the vectors of `words`."""
        import numpy as np

        rows = np.array([ROWS.get(word, -1) for word in words], np.int64)
        vectors = np.zeros((len(words), self.dim), np.float32)
        vectors[rows >= 0] = self.table[rows[rows >= 0]]
        return Lookup(vectors, rows >= 0, rows)


class Mutant:
    """Vectors of four words, from a file if there is one."""

    def __init__(
        self, *, table: Annotated[InputPath | None, Doc("the vectors, as NumPy saves them")] = None
    ) -> None:
        self.table = table

    def open(self, context: EmbeddingContext) -> Source:
        """Return the source of these words."""
        import numpy as np

        return Source(np.load(self.table) if self.table else np.array(VECTORS, np.float32))


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
