"""The embedding `distilled`."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from hashlib import sha256
from itertools import compress
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Lt

from embedkit.plugin_api import (
    ComponentOf,
    DataError,
    Doc,
    EmbeddingContext,
    Fault,
    RecipeError,
    TextEncoder,
    TextEncoderContext,
    TextModel,
    VocabularyError,
)

if TYPE_CHECKING:
    from embedkit.plugin_api import BoolArray, FloatArray, KnownWords
    from embedkit_distilled.reading import Known

log = logging.getLogger("embedkit.distilled")


class Distilled:
    """Vectors of a text encoder, which reads each word of the vocabulary (model2vec's recipe).

    A model that is trained with them needs no text encoder to predict. Only the words of the vocabulary have
    vectors; a word of which the text encoder knows no part is left to the out-of-vocabulary policies.
    """

    standalone: ClassVar[bool] = False

    def __init__(
        self,
        *,
        encoder: Annotated[
            TextEncoder,
            ComponentOf("text-encoder"),
            Doc("the text encoder that reads the words, with its own keys"),
        ],
        read: Annotated[
            Literal["alone", "sentences"],
            Doc(
                "`alone`: each word as a text of its own, by the model's pooling; `sentences`: the mean of "
                "the word's states where it occurs in the training texts"
            ),
        ] = "alone",
        sentences: Annotated[
            int,
            Ge(1),
            Doc("with `read: sentences`, occurrences of a word that are read, spread evenly over all"),
        ] = 10,
        dim: Annotated[
            Annotated[int, Ge(1)] | None,
            Doc("principal components that are kept; null: the vectors as the text encoder gives them"),
        ] = None,
        removed: Annotated[
            int, Ge(0), Doc("principal components that are left out before these, the largest ones")
        ] = 0,
        weighting: Annotated[
            Literal["sif", "none"],
            Doc(
                "`sif` multiplies the vector of a word w by a / (a + p(w)), where p(w) is its share of the "
                "training tokens (Arora et al. 2017)"
            ),
        ] = "none",
        sif_coefficient: Annotated[float, Gt(0), Lt(1), Doc("a, in the weights of `sif`")] = 1e-3,
    ) -> None:
        self.encoder = encoder
        self.read = read
        self.sentences = sentences
        self.dim = dim
        self.removed = removed
        self.weighting = weighting
        self.sif_coefficient = sif_coefficient

    def open(self, context: EmbeddingContext) -> KnownWords:
        """Return the vectors of the words of the vocabulary. Raises what `train` raises."""
        from embedkit.plugin_api import KnownWords

        return KnownWords(*self.train(context))

    def train(self, context: EmbeddingContext) -> tuple[Sequence[str], FloatArray]:
        """Return the words that the text encoder knows and their vectors, float32 [n, D].

        They depend on the words of the context and its training tokens, and on no seed. Raises DataError
        without the training texts that the parameters need, VocabularyError if there are no words, or too few
        for so many components, RecipeError for more components than the text encoder's dimensions, and
        whatever opening it raises.
        """
        self._refuse(context)
        model = self._opened(context)
        self._check_dim(model.dim)
        vectors, known = self._read(model, context)
        words = [*compress(context.words, known)]
        if not words:
            raise VocabularyError(Fault("the text encoder knows no part of any word", where="embedding"))
        vectors = self._components(vectors[known])
        if self.weighting == "sif":
            from embedkit_distilled.weighting import sif_weights

            vectors *= sif_weights(words, context.training_tokens(), self.sif_coefficient)[:, None]
        return words, vectors

    def depends_on(self, context: EmbeddingContext) -> str:
        """Return what the vectors depend on besides the training tokens: the model and the words."""
        words = json.dumps([*context.words]).encode()
        return f"{self._opened(context).digest} {sha256(words).hexdigest()}"

    def _opened(self, context: EmbeddingContext) -> TextModel:
        return self.encoder.open(TextEncoderContext(context.progress, context.trust))

    def _refuse(self, context: EmbeddingContext) -> None:
        """Raise VocabularyError if there are no words, DataError if texts are needed and there are none."""
        if not context.words:
            raise VocabularyError(Fault("there are no words to read", where="embedding"))
        if (self.read == "sentences" or self.weighting == "sif") and not any(context.training_tokens()):
            key = "read" if self.read == "sentences" else "weighting"
            what = f"there are no training texts, and {key}: {getattr(self, key)} needs some"
            raise DataError(Fault(what, where=f"embedding.{key}"))

    def _check_dim(self, width: int) -> None:
        """Raise RecipeError for more components than the text encoder's `width`."""
        asked = (self.dim or 1) + self.removed
        if asked > width:
            key = "dim" if self.dim and self.dim > width else "removed"
            what = f"{asked:,} principal components of vectors with {width:,} dimensions"
            raise RecipeError(Fault(what, where=f"embedding.{key}", allowed=(f"dim + removed ≤ {width}",)))

    def _read(self, model: TextModel, context: EmbeddingContext) -> tuple[FloatArray, BoolArray]:
        """Return the vector of each word, float32 [n, D], and whether the model knows a part of it, bool [n].

        A word that is beyond the model's positions in each of its sentences is read alone.
        """
        from embedkit_distilled.reading import Known, read_alone, read_in_sentences

        words, known = context.words, Known.of(model.pieces(context.words))
        _log(known)
        if self.read == "alone":
            return read_alone(model, words, context.progress), known.known
        texts = context.training_tokens()
        vectors, counts = read_in_sentences(model, words, texts, self.sentences, context.progress)
        unread = (counts == 0).nonzero()[0]
        vectors[unread] = read_alone(model, [words[row] for row in unread.tolist()], context.progress)
        return vectors, known.known

    def _components(self, vectors: FloatArray) -> FloatArray:
        """Return the principal components of `vectors` [n, D] that are asked for; all of D unless any are.

        Raises VocabularyError if there are too few words for so many.
        """
        from embedkit_distilled.weighting import principal_components

        if self.dim is None and not self.removed:
            return vectors
        n, dim = vectors.shape
        dim = dim - self.removed if self.dim is None else self.dim
        if dim + self.removed >= n:
            asked = f"{dim + self.removed:,} principal components need more words"
            raise VocabularyError(Fault(f"{asked}, and the text encoder knows {n:,}", where="embedding.dim"))
        return principal_components(vectors, dim, self.removed)


def _log(known: Known) -> None:
    """Log how many words the text encoder does not know, or cannot read to their end."""
    unknown, cut = int((~known.known).sum()), int(known.cut.sum())
    extra = {"words": len(known.known), "unknown": unknown, "cut": cut}
    log.log(logging.WARNING if cut else logging.INFO, "words read by a text encoder", extra=extra)
