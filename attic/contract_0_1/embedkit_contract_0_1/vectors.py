"""An embedding around another, whose source composes vectors of words that it lacks."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from embedkit.plugin_api import (
    ComponentOf,
    Doc,
    Embedding,
    EmbeddingContext,
    InputPath,
    Lookup,
    VectorSource,
    check_lookup,
)


class Around:
    """The vectors of another embedding."""

    standalone = True
    runs_code = False

    def __init__(
        self,
        *,
        source: Annotated[Embedding, ComponentOf("embedding"), Doc("the other embedding")],
        rules: Annotated[InputPath, Doc("the rules of the tokenizer")],
    ) -> None:
        self.source = source
        self.rules = rules

    def open(self, context: EmbeddingContext) -> VectorSource:
        """Return the source; the context has all that an embedding may use."""
        assert context.seed >= 0
        assert not context.trust
        assert callable(context.progress)
        assert context.formats is None or context.formats().names("vector-format")
        assert len(context.training_tokens()) == len(context.training_targets())
        assert not context.classes or len(context.words) > 2
        context.progress(0, None)
        return Source(self.source.open(context), Path(self.rules))


class Source:
    """A source with subwords."""

    def __init__(self, inner: VectorSource, rules: Path) -> None:
        self.inner = inner
        self.tokenizer_file = rules

    @property
    def dim(self) -> int:
        """Return D."""
        return self.inner.dim

    @property
    def unk(self) -> Any:
        """Return None."""
        return self.inner.unk

    def lookup(self, words: Sequence[str]) -> Lookup:
        """Return the vectors of the other source."""
        return check_lookup(self, self.inner.lookup(words), len(words), self.dim)

    def subword(self, words: Sequence[str]) -> Lookup:
        """Return ones for words of at least five characters."""
        import numpy as np

        found = np.array([len(word) >= 5 for word in words], dtype=bool)
        vectors = np.where(found[:, None], np.float32(1), np.float32(0)).repeat(self.dim, axis=1)
        return Lookup(vectors=vectors, found=found, rows=np.full(len(words), -1, dtype=np.int64))

    def blocks(self) -> Iterator[Any]:
        """Yield all words and vectors of the other source."""
        yield from self.inner.blocks()
