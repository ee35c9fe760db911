"""`zero`: a missing word is a row of zeros."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from embedkit.interfaces import FillContext, Filled


class Zero:
    """A row of zeros for every missing word."""

    total: ClassVar[bool] = True

    def candidates(self, word: str) -> Sequence[str]:  # noqa: ARG002
        """No other spellings."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Zeros [n, D]."""
        import numpy as np

        shape = (len(words), context.source.dim)
        return Filled(np.zeros(shape, dtype=np.float32), np.ones(len(words), dtype=np.bool_))
