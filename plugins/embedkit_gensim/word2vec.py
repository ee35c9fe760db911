"""`word2vec-train`: word2vec, trained on the recipe's training texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from embedkit.plugin_api import EmbeddingContext
from embedkit_gensim.keys import Algorithm, Dim, Epochs, MinCount, Negative, Sample, Window
from embedkit_gensim.source import TrainedVectors
from embedkit_gensim.training import train

if TYPE_CHECKING:
    from embedkit.plugin_api import FloatArray


class Word2vecTraining:
    """Vectors that gensim's word2vec learns from the training split alone (Mikolov et al. 2013).

    What a small text set itself says of its words: a baseline for vectors trained on billions of them.
    """

    standalone: ClassVar[bool] = False

    def __init__(
        self,
        *,
        dim: Dim = 100,
        window: Window = 5,
        min_count: MinCount = 5,
        epochs: Epochs = 5,
        algorithm: Algorithm = "cbow",
        negative: Negative = 5,
        sample: Sample = 1e-3,
    ) -> None:
        self.dim = dim
        self.window = window
        self.min_count = min_count
        self.epochs = epochs
        self.algorithm = algorithm
        self.negative = negative
        self.sample = sample

    def open(self, context: EmbeddingContext) -> TrainedVectors:
        """Train word2vec and return its vectors. Raises VocabularyError if no word is frequent enough."""
        return TrainedVectors(self._trained(context))

    def train(self, context: EmbeddingContext) -> tuple[Sequence[str], FloatArray]:
        """Train word2vec; return the words and their vectors, float32 [n, D], the most frequent word first.

        embedkit keeps them in its cache. Raises VocabularyError if no word is frequent enough.
        """
        wv = self._trained(context)
        return wv.index_to_key, wv.vectors

    def _trained(self, context: EmbeddingContext) -> Any:
        from gensim.models import Word2Vec

        model = Word2Vec(
            vector_size=self.dim,
            window=self.window,
            min_count=self.min_count,
            epochs=self.epochs,
            sg=int(self.algorithm == "skip-gram"),
            negative=self.negative,
            sample=self.sample,
            seed=context.seed,
            workers=1,
        )
        return train(model, context)
