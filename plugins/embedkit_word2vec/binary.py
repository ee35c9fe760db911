"""The embedding `word2vec-binary`."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Ge

from embedkit.plugin_api import Doc, EmbeddingContext, InputPath, VectorSource


class Word2vecBinary:
    """Vectors of a word2vec binary file, plain or gzip, read in one pass that keeps only the wanted rows.

    GoogleNews-vectors-negative300.bin.gz is such a file. The out-of-vocabulary chain answers for other words.
    """

    def __init__(
        self,
        *,
        path: Annotated[InputPath, Doc("the file; what it holds counts, not how it is called")],
        errors: Annotated[
            Literal["strict", "replace"],
            Doc("words that are not UTF-8: refuse the file, or put U+FFFD for the wrong bytes"),
        ] = "strict",
        limit: Annotated[
            Annotated[int, Ge(1)] | None, Doc("read only so many vectors from the beginning of the file")
        ] = None,
        processes: Annotated[
            Literal[1, 2], Doc("2 share the first pass over a large plain file, and find what one finds")
        ] = 1,
    ) -> None:
        self.path = path
        self.errors = errors
        self.limit = limit
        self.processes = processes

    def open(self, context: EmbeddingContext) -> VectorSource:
        """Open the file and check its header. Raises VectorFileError if it is something else."""
        from embedkit.plugin_api import open_vectors

        return open_vectors(
            self.path,
            format="word2vec-binary",
            errors=self.errors,
            limit=self.limit,
            processes=self.processes,
            progress=context.progress,
        )
