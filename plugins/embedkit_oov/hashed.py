"""`hash`: a missing word's row follows from how it is spelt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Gt

from embedkit.plugin_api import Doc
from embedkit_oov.filling import Filling
from embedkit_oov.keyed import uniform
from embedkit_oov.uniform import half_width

if TYPE_CHECKING:
    from embedkit.plugin_api import FillContext, FloatArray


class Hash(Filling):
    """Rows uniform on [-scale, scale) that follow from the word alone: the same in every run and everywhere.

    Neither seed, vocabulary, order nor platform matters. With `scale: found` only a row's length does depend
    on the found rows; its direction does not.
    """

    def __init__(
        self,
        *,
        salt: Annotated[str, Doc("another salt gives every word another row")] = "",
        scale: Annotated[
            Annotated[float, Gt(0)] | Literal["found"],
            Doc(
                "the largest absolute value of an element; `found`: that of `uniform`, with the found "
                "rows' variance"
            ),
        ] = 0.25,
    ) -> None:
        self.salt = salt
        self.scale = scale

    def rows(self, words: Sequence[str], context: FillContext) -> FloatArray:
        """Return the rows of `words`. Raises VocabularyError for `scale: found` if no word was found."""
        import numpy as np

        rows = uniform(words, context.source.dim, self.salt.encode("utf-8", "surrogatepass"))
        rows *= half_width(context.found, "overall") if self.scale == "found" else np.float32(self.scale)
        return rows
