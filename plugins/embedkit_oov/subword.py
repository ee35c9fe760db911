"""`subword`: vectors built from parts of words, by sources that have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from embedkit.plugin_api import UNK, FillContext, Filled, SubwordSource, check_lookup


class Subword:
    """Vectors from character n-grams where the source has them (Bojanowski et al. 2017); the rest is left.

    The row of `<UNK>` is always left: it is no word.
    """

    total: ClassVar[bool] = False
    needs_subwords: ClassVar[bool] = True

    def candidates(self, word: str) -> Sequence[str]:  # noqa: ARG002
        """Return no spellings."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return the vectors that the source builds from subwords; other rows are left unfilled.

        Raises ComponentError if the source's rows do not have the promised form.
        """
        import numpy as np

        answer = Filled(
            np.zeros((len(words), context.source.dim), dtype=np.float32), np.zeros(len(words), dtype=np.bool_)
        )
        if isinstance(context.source, SubwordSource):
            asked = [i for i, word in enumerate(words) if word != UNK]
            given = context.source.subword([words[i] for i in asked])
            check_lookup(context.source, given, len(asked), context.source.dim, verb="subword")
            answer.vectors[asked], answer.filled[asked] = given.vectors, given.found
        return answer
