"""`uniform`: a missing word is drawn from an interval about zero, with the found rows' variance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from embedkit.plugin_api import Doc
from embedkit_oov import keyed
from embedkit_oov.filling import Filling, Per, variance

if TYPE_CHECKING:
    from embedkit.plugin_api import FillContext, FloatArray


class Uniform(Filling):
    """Rows drawn from U[-a, a] with a = sqrt(3 · variance of the found rows), as Kim 2014.

    A word's draw follows from the seed and the word, not from which other words are missing.
    """

    def __init__(
        self,
        *,
        per: Annotated[Per, Doc("one a for each dimension, or one for all elements, as Kim's")] = "overall",
    ) -> None:
        self.per = per

    def rows(self, words: Sequence[str], context: FillContext) -> FloatArray:
        """Return randomly drawn rows of `words`. Raises VocabularyError if no word was found."""
        rows = keyed.uniform(words, context.source.dim, context.rng.bytes(16))
        rows *= half_width(context.found, self.per)
        return rows


def half_width(found: FloatArray, per: Per) -> FloatArray:
    """Return a, float32 [D] or [], where U[-a, a] has the found rows' variance, a² / 3."""
    import numpy as np

    return np.asarray(np.sqrt(3 * variance(found, per)), dtype=np.float32)
