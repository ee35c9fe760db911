"""`mean`: a missing word is the mean of the words that were found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedkit_oov.filling import Filling, mean

if TYPE_CHECKING:
    from embedkit.plugin_api import FillContext, FloatArray


class Mean(Filling):
    """The mean of the found rows for every missing word, as GloVe's authors advise for unknown words."""

    def rows(self, words: Sequence[str], context: FillContext) -> FloatArray:
        """Return the mean of the found rows, n times. Raises VocabularyError if no word was found."""
        import numpy as np

        row = mean(context.found, "dimension").astype(np.float32)
        return np.tile(row, (len(words), 1))
