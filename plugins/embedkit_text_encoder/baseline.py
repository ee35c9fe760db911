"""`text-encoder`: logistic regression over the vectors of a text encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from annotated_types import Gt

from embedkit.plugin_api import ComponentOf, DataError, Doc, TextEncoder, TextEncoderContext, VectorFileError

if TYPE_CHECKING:
    from embedkit.plugin_api import BaselineState, BoolArray, IntArray, Task, TextModel
    from embedkit_text_encoder.fitted import FittedRegression


@dataclass(frozen=True, kw_only=True)
class EncodedRegression:
    """Logistic regression over one pooled vector for each text, from a text encoder that is not trained.

    The vectors are those of `encoder: pooled`, divided by the mean length of the training texts' vectors, so
    that `c` means the same for every text encoder. Of several labels each is learnt by itself.
    """

    tasks: ClassVar[tuple[Task, ...]] = ("binary", "multiclass", "multilabel")

    encoder: Annotated[
        TextEncoder,
        ComponentOf("text-encoder"),
        Doc("the text encoder that reads the texts, with its own keys"),
    ]
    c: Annotated[float | None, Gt(0), Doc("inverse strength of the L2 penalty; null: chosen")] = None

    def fit(
        self, texts: Sequence[str], labels: IntArray | BoolArray, classes: Sequence[str]
    ) -> FittedRegression:
        """Fit a regression to `labels`, int64 [n] or bool [n, C].

        Raises DataError if the text encoder cannot be opened.
        """
        from embedkit_text_encoder.learning import fitted

        return fitted(self._opened(), texts, labels, len(classes), self.c)

    def restore(self, state: BaselineState, classes: Sequence[str], task: Task) -> FittedRegression:
        """Return the fitted baseline that had `state`.

        Raises DataError if it is no such state, was fitted to vectors of another model, or the text encoder
        cannot be opened.
        """
        from embedkit_text_encoder.restoring import restored

        return restored(self._opened(), state, len(classes), several=task == "multilabel")

    def _opened(self) -> TextModel:
        try:
            return self.encoder.open(TextEncoderContext())
        except VectorFileError as error:
            raise DataError(*error.faults) from error
