"""Word vectors without training: character n-grams, hashed by scikit-learn."""

from typing import Annotated

from annotated_types import Ge

from embedkit.plugin_api import Doc, EmbeddingContext, Lookup, hookimpl


class Hashing:
    """The character n-grams of a word, hashed to a few dimensions. Every word has a vector."""

    def __init__(
        self,
        *,
        dim: Annotated[int, Ge(2), Doc("width of the vectors")] = 32,
        longest: Annotated[int, Ge(1), Doc("characters of the longest n-gram")] = 3,
    ) -> None:
        self.dim = dim
        self.longest = longest

    def open(self, context: EmbeddingContext) -> "HashedWords":
        """Return the source, which needs nothing of the context."""
        from sklearn.feature_extraction.text import HashingVectorizer

        ngrams = (1, self.longest)
        return HashedWords(
            HashingVectorizer(analyzer="char_wb", ngram_range=ngrams, n_features=self.dim, lowercase=False)
        )


class HashedWords:
    """A source that has all words."""

    unk = None

    def __init__(self, vectorizer) -> None:
        self.vectorizer = vectorizer
        self.dim = vectorizer.n_features

    def lookup(self, words):
        """Return the vectors of `words`. Their rows are their positions: there is no table behind them."""
        import numpy as np

        vectors = self.vectorizer.transform(words).toarray() if words else np.zeros((0, self.dim))
        found = np.ones(len(words), dtype=bool)
        return Lookup(vectors.astype(np.float32), found, np.arange(len(words), dtype=np.int64))


@hookimpl
def register_embeddings(register):
    """Register `hashing`."""
    register("hashing", Hashing)
