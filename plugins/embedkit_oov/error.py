"""`error`: a missing word stops the run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedkit.plugin_api import UNK, Fault, VocabularyError
from embedkit_oov.filling import Filling

if TYPE_CHECKING:
    from embedkit.plugin_api import FillContext, FloatArray

SHOWN = 10


class Error(Filling):
    """A missing word is an error: for vectors that have to know every word of the training texts."""

    def rows(self, words: Sequence[str], context: FillContext) -> FloatArray:
        """Return zeros for the row of `<UNK>`, which is not a word of the texts.

        Raises VocabularyError if any other word is missing, with the number of missing words and the first
        ten.
        """
        import numpy as np

        missing = [word for word in words if word != UNK]
        if missing:
            raise VocabularyError(_fault(missing))
        return np.zeros((len(words), context.source.dim), dtype=np.float32)


def _fault(missing: Sequence[str]) -> Fault:
    noun = "word has" if len(missing) == 1 else "words have"
    shown = ", ".join(f"'{word}'" for word in missing[:SHOWN])
    more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
    hint = "Another policy in place of 'error', such as 'zero', gives missing words a row."
    return Fault(f"{len(missing)} {noun} no vector: {shown}{more}", "oov", hint=hint)
