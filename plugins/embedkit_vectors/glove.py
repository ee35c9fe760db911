"""The embedding `glove`."""

from __future__ import annotations

from embedkit.plugin_api import EmbeddingContext, VectorSource
from embedkit_vectors.keys import Errors, Limit, Path


class Glove:
    """Vectors of a GloVe text file: a word and its numbers on each line, and no header.

    As Stanford publishes them (Pennington, Socher & Manning 2014), glove.840B.300d.txt with its words that
    hold spaces included; plain or compressed (gzip, bzip2, xz, Zstandard). The policy `glove` knows how they
    spell.
    """

    def __init__(self, *, path: Path, errors: Errors = "strict", limit: Limit = None) -> None:
        self.path = path
        self.errors = errors
        self.limit = limit

    def open(self, context: EmbeddingContext) -> VectorSource:
        """Open the file and check its first row. Raises VectorFileError if it is something else."""
        from embedkit.plugin_api import open_vectors

        return open_vectors(
            self.path, format="glove-text", errors=self.errors, limit=self.limit, progress=context.progress
        )
