"""The embedding `vectors`."""

from __future__ import annotations

from typing import Annotated, Literal

from embedkit.plugin_api import Doc, EmbeddingContext, InputPath, NameOf, NeedsTrust, VectorSource
from embedkit_vectors.keys import Errors, Limit, Path

FileFormat = Annotated[
    str,
    NameOf("vector-format"),
    Doc(
        "the format that the file must have, one of `embedkit plugins --kind vector-format`; `auto` "
        "detects it"
    ),
]


class Vectors:
    """Vectors of a file of any format that is known, found by its content and never by its name.

    word2vec binary and text, GloVe text, fastText models and text, safetensors (embedkit's own and
    static models, such as model2vec's) and NumPy with a list of words beside it; where the format allows it,
    compressed. Plugins may bring other formats, as gensim's own saves.
    """

    def __init__(
        self,
        *,
        path: Path,
        format: FileFormat = "auto",
        errors: Errors = "strict",
        limit: Limit = None,
        cache: Annotated[
            Literal["rows", "full", "none"],
            Doc(
                "`rows` keeps what makes the next run fast, an index or the rows; `full` of a compressed or "
                "text file all of it, up to 4 bytes a number, for runs with any words; `none` keeps nothing"
            ),
        ] = "rows",
        trust: Annotated[
            NeedsTrust,
            Doc(
                "says that code in the file has to run, as in gensim's saves, which are pickles: "
                "the command must then be given `--trust`"
            ),
        ] = False,
        tensor: Annotated[
            str | None,
            Doc(
                "the matrix of a safetensors file whose words are in a `tokenizer.json`, such as "
                "`embeddings.word_embeddings.weight`; null: the vectors of embedkit or of model2vec"
            ),
        ] = None,
        tokenizer: Annotated[
            InputPath | None,
            Doc("the `tokenizer.json` of such a matrix; null: the one in the folder of the file"),
        ] = None,
    ) -> None:
        self.path = path
        self.format = format
        self.errors = errors
        self.limit = limit
        self.cache = cache
        self.trust = trust
        self.tensor = tensor
        self.tokenizer = tokenizer

    def open(self, context: EmbeddingContext) -> VectorSource:
        """Open the file and check its header. Raises VectorFileError if it is something else."""
        from embedkit.plugin_api import open_vectors

        return open_vectors(
            self.path,
            format=None if self.format == "auto" else self.format,
            errors=self.errors,
            limit=self.limit,
            cache="full" if self.cache == "full" else self.cache == "rows",
            progress=context.progress,
            trust=context.trust,
            formats=context.formats,
            tensor=self.tensor,
            tokenizer=self.tokenizer,
        )
