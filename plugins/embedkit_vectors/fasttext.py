"""The embedding `fasttext`."""

from __future__ import annotations

from embedkit.plugin_api import EmbeddingContext, Fault, VectorFileError, VectorSource
from embedkit_vectors.keys import Errors, Limit, Path

FORMATS = {"fasttext": "a model (.bin)", "word2vec-text": "vectors as text (.vec)"}
"""The engine's names of what fastText writes, and its own."""


class FastText:
    """Vectors of a fastText model (.bin) or of its text file (.vec), told apart by what they hold.

    A model also has vectors for words that it does not know, from their character n-grams, which the policy
    `subword` asks for (Bojanowski et al. 2017); a text file has not. The text may be compressed.
    """

    def __init__(self, *, path: Path, errors: Errors = "strict", limit: Limit = None) -> None:
        self.path = path
        self.errors = errors
        self.limit = limit

    def open(self, context: EmbeddingContext) -> VectorSource:
        """Open the file and check its header. Raises VectorFileError if it is none of fastText's formats."""
        from embedkit.plugin_api import open_vectors

        vectors = open_vectors(
            self.path,
            errors=self.errors,
            limit=self.limit,
            progress=context.progress,
            formats=context.formats,
        )
        if vectors.format not in FORMATS:
            what = f"is {vectors.format}; fastText writes {' and '.join(FORMATS.values())}"
            hint = "The embedding `vectors` reads any format."
            raise VectorFileError(Fault(what, where=self.path, hint=hint))
        return vectors
