"""The base class of policies that have a row for every word, and statistics of the found rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from embedkit.plugin_api import Fault, VocabularyError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.plugin_api import FillContext, Filled, FloatArray

Per = Literal["dimension", "overall"]

BLOCK = 8192
"""Rows that are worked on at a time, so that double precision never doubles a whole table."""


class Filling(ABC):
    """A total policy: it proposes no spelling and has a row for every word."""

    total: ClassVar[bool] = True

    def candidates(self, word: str) -> Sequence[str]:  # noqa: ARG002
        """Return no spellings."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return a row for each of `words`, all marked as filled."""
        import numpy as np

        from embedkit.plugin_api import Filled

        return Filled(self.rows(words, context), np.ones(len(words), dtype=np.bool_))

    @abstractmethod
    def rows(self, words: Sequence[str], context: FillContext) -> FloatArray:
        """Return the rows of `words`, float32 [n, D]."""


def mean(found: FloatArray, per: Per) -> NDArray[np.float64]:
    """Return the mean of the found rows: [D] per dimension, or [] over all their numbers.

    Raises VocabularyError if there are none.
    """
    import numpy as np

    return np.asarray(_some(found).mean(axis=_axis(per), dtype=np.float64))


def variance(found: FloatArray, per: Per) -> NDArray[np.float64]:
    """Return the variance of the found rows: [D] per dimension, or [] over all their numbers.

    Raises VocabularyError if there are none.
    """
    import numpy as np

    centre, axis = mean(found, per), _axis(per)
    total = sum(np.square(block - centre).sum(axis=axis) for block in _blocks(found))
    return np.asarray(total / (len(found) if per == "dimension" else found.size))


def _axis(per: Per) -> int | None:
    return 0 if per == "dimension" else None


def _blocks(found: FloatArray) -> Iterator[FloatArray]:
    return (found[start : start + BLOCK] for start in range(0, len(found), BLOCK))


def _some(found: FloatArray) -> FloatArray:
    if not len(found):
        what = "no word of the vocabulary was found, so there is nothing to take mean and deviation from"
        hint = "Are these the vectors of the texts' language, and are its words spelt like the tokens?"
        raise VocabularyError(Fault(what, "oov", hint=hint))
    return found
