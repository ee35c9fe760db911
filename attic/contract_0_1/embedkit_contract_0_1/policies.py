"""Out-of-vocabulary policies."""

from collections.abc import Sequence
from typing import ClassVar

from embedkit.plugin_api import FillContext, Filled, HeldOutFit, SubwordSource


class Subwords:
    """The word without its last letter, else its subwords, else the first word of the vocabulary for `x`."""

    total: ClassVar[bool] = False
    needs_subwords: ClassVar[bool] = True
    runs_code: ClassVar[bool] = False

    def candidates(self, word: str) -> Sequence[str]:
        """Return the word without its last letter."""
        return [word[:-1]]

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return the vectors of subwords; the spelling of `x` is the first known word."""
        assert isinstance(context.source, SubwordSource)
        lookup = context.source.subword(words)
        vectors, filled = lookup.vectors.copy(), lookup.found.copy()
        spellings: list[str | None] = [None] * len(words)
        for index, word in enumerate(words):
            if word == "x" and len(context.words):
                vectors[index], filled[index], spellings[index] = context.found[0], True, context.words[0]
        return Filled(vectors=vectors, filled=filled, spellings=spellings)


class Mean:
    """The mean of the known vectors, with a little noise."""

    total: ClassVar[bool] = True

    def candidates(self, word: str) -> Sequence[str]:
        """Return no spelling of any word."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return the vectors; nothing is left."""
        import numpy as np

        context.training_tokens()
        noise = context.rng.normal(0, 0.01, (len(words), context.source.dim)).astype(np.float32)
        vectors = context.found.mean(axis=0, keepdims=True) + noise
        fit = None
        if context.embedding is not None:
            fit = HeldOutFit(
                common=len(context.words), held_out=1, cosine=0.0, cosine_of_mean=0.0, strength=1.0
            )
        return Filled(vectors=vectors, filled=np.ones(len(words), dtype=bool), fit=fit)
