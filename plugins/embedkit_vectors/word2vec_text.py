"""The embedding `word2vec-text`."""

from __future__ import annotations

from embedkit.plugin_api import EmbeddingContext, VectorSource
from embedkit_vectors.keys import Errors, Limit, Path


class Word2vecText:
    """Vectors of a word2vec text file: a line `count dim`, then a word and its numbers on each line.

    Plain or compressed (gzip, bzip2, xz, Zstandard), read in one pass that keeps only the wanted rows.
    """

    def __init__(self, *, path: Path, errors: Errors = "strict", limit: Limit = None) -> None:
        self.path = path
        self.errors = errors
        self.limit = limit

    def open(self, context: EmbeddingContext) -> VectorSource:
        """Open the file and check its header. Raises VectorFileError if it is something else."""
        from embedkit.plugin_api import open_vectors

        return open_vectors(
            self.path,
            format="word2vec-text",
            errors=self.errors,
            limit=self.limit,
            progress=context.progress,
        )
