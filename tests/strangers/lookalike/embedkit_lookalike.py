"""A policy for misspelt words: the vector of the vocabulary's word that looks most alike."""

import difflib
from collections.abc import Sequence
from typing import Annotated, ClassVar

from annotated_types import Gt, Le

from embedkit.plugin_api import Doc, FillContext, Filled, Register, hookimpl


class Lookalike:
    """The word of the vocabulary that looks most alike, by `difflib`, or none."""

    total: ClassVar[bool] = False

    def __init__(
        self, *, cutoff: Annotated[float, Gt(0), Le(1), Doc("least similarity, 1 for the same word")] = 0.8
    ) -> None:
        self.cutoff = cutoff

    def candidates(self, word: str) -> Sequence[str]:
        """Return nothing: which words there are is only known in `fill`."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return the vectors of the words that look most alike, and name these words."""
        import numpy as np

        rows = {word: row for row, word in enumerate(context.words)}
        near = [difflib.get_close_matches(word, rows, n=1, cutoff=self.cutoff) for word in words]
        spellings = [match[0] if match else None for match in near]
        vectors = np.zeros((len(words), context.source.dim), dtype=np.float32)
        for index, spelling in enumerate(spellings):
            if spelling is not None:
                vectors[index] = context.found[rows[spelling]]
        filled = np.array([spelling is not None for spelling in spellings], dtype=bool)
        return Filled(vectors, filled, spellings)


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `lookalike`."""
    register("lookalike", Lookalike)
