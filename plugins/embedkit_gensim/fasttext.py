"""`fasttext-train`: fastText, trained on the recipe's training texts."""

from __future__ import annotations

from typing import Annotated, ClassVar

from annotated_types import Gt

from embedkit.plugin_api import Doc, EmbeddingContext, Fault, RecipeError
from embedkit_gensim.keys import Algorithm, Dim, Epochs, MinCount, Negative, Sample, Window
from embedkit_gensim.source import TrainedSubwords
from embedkit_gensim.training import train


class FastTextTraining:
    """Vectors that gensim's fastText learns from the training split alone (Bojanowski et al. 2017).

    A word is the mean of itself and its character n-grams, so that the policy `subword` has vectors for
    words that were too rare, or not there, in training.
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
        min_n: Annotated[
            int, Gt(0), Doc("characters of the shortest n-gram, including `<` and `>` at the ends")
        ] = 3,
        max_n: Annotated[int, Gt(0), Doc("characters of the longest n-gram, at least `min_n`")] = 6,
        buckets: Annotated[
            int, Gt(0), Doc("rows that n-grams share by their hash, 4 · `dim` bytes each")
        ] = 200_000,
    ) -> None:
        if max_n < min_n:
            raise RecipeError(Fault(f"max_n is {max_n}, less than min_n, {min_n}", where="fasttext-train"))
        self.dim = dim
        self.window = window
        self.min_count = min_count
        self.epochs = epochs
        self.algorithm = algorithm
        self.negative = negative
        self.sample = sample
        self.min_n = min_n
        self.max_n = max_n
        self.buckets = buckets

    def open(self, context: EmbeddingContext) -> TrainedSubwords:
        """Train fastText and return its vectors. Raises VocabularyError if no word is frequent enough."""
        from gensim.models import FastText

        model = FastText(
            vector_size=self.dim,
            window=self.window,
            min_count=self.min_count,
            epochs=self.epochs,
            sg=int(self.algorithm == "skip-gram"),
            negative=self.negative,
            sample=self.sample,
            min_n=self.min_n,
            max_n=self.max_n,
            bucket=self.buckets,
            seed=context.seed,
            workers=1,
        )
        return TrainedSubwords(train(model, context))
