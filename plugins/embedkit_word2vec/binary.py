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
        path: Annotated[InputPath, Doc("the file; its format is detected from the content, not the name")],
        errors: Annotated[
            Literal["strict", "replace"],
            Doc(
                "invalid UTF-8 in words: `strict` refuses the file, `replace` puts U+FFFD for the "
                "invalid bytes"
            ),
        ] = "strict",
        limit: Annotated[
            Annotated[int, Ge(1)] | None,
            Doc("read only so many vectors of the file, from its beginning; null: all"),
        ] = None,
        processes: Annotated[
            Literal[1, 2],
            Doc("2 processes share the first pass over a large plain file, with the same result"),
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
