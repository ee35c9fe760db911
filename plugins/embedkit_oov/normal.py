"""`normal`: a missing word is drawn from a normal distribution like that of the found rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from embedkit.plugin_api import Doc
from embedkit_oov.filling import Filling, Per, mean, variance
from embedkit_oov.keyed import standard_normal

if TYPE_CHECKING:
    from embedkit.plugin_api import FillContext, FloatArray


class Normal(Filling):
    """Rows drawn from a normal distribution with the mean and the deviation of the found rows.

    A word's draw follows from the seed and the word, not from which other words are missing.
    """

    def __init__(
        self,
        *,
        per: Annotated[Per, Doc("statistics for each dimension, or over all elements")] = "dimension",
    ) -> None:
        self.per = per

    def rows(self, words: Sequence[str], context: FillContext) -> FloatArray:
        """Return randomly drawn rows of `words`. Raises VocabularyError if no word was found."""
        import numpy as np

        centre = mean(context.found, self.per).astype(np.float32)
        deviation = np.sqrt(variance(context.found, self.per)).astype(np.float32)
        rows = standard_normal(words, context.source.dim, context.rng.bytes(16))
        rows *= deviation
        rows += centre
        return rows
