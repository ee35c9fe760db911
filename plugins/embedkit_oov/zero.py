"""`zero`: a missing word is a row of zeros."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedkit_oov.filling import Filling

if TYPE_CHECKING:
    from embedkit.plugin_api import FillContext, FloatArray


class Zero(Filling):
    """A row of zeros for every missing word."""

    def rows(self, words: Sequence[str], context: FillContext) -> FloatArray:
        """Return zeros [n, D]."""
        import numpy as np

        return np.zeros((len(words), context.source.dim), dtype=np.float32)
