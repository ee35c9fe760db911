"""`mapped`: a missing word has the vector that a second embedding and a linear map give it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Annotated, ClassVar

from annotated_types import Ge

from embedkit.plugin_api import (
    UNK,
    ComponentOf,
    Doc,
    Embedding,
    EmbeddingContext,
    FillContext,
    Filled,
    HeldOutFit,
    Lookup,
    SubwordSource,
    VectorSource,
    VocabularyError,
    check_lookup,
)

if TYPE_CHECKING:
    from embedkit.plugin_api import FloatArray
    from embedkit_mapped.ridge import LinearMap

log = logging.getLogger("embedkit.mapped")


@dataclass(frozen=True)
class LearntMap:
    """A second `source`, the `map` from its vectors, and the `fit` of the map."""

    source: VectorSource
    map: LinearMap
    fit: HeldOutFit


@dataclass(frozen=True)
class Learnt:
    """What was learnt in a context, from equal `words` and `found`: a map, or None if no map could be."""

    embedding: EmbeddingContext | None
    words: Sequence[str]
    found: FloatArray
    result: LearntMap | None

    def serves(self, context: FillContext) -> bool:
        """Return whether it was learnt from what `context` has."""
        import numpy as np

        same = context.embedding is not None and context.embedding is self.embedding
        return same and context.words == self.words and np.array_equal(context.found, self.found)


class Mapped:
    """Vectors from a second embedding, which a linear map takes into the space of the first one.

    The map is a ridge regression between the vectors of the words that both have, of those in the training
    texts; a fifth of these words decides how strongly it is regularized, by the cosine of predicted and own
    vectors. Words that the second embedding has not, even by subwords, are left to the next policy, and so
    are all words where fewer than `min_common` are common. An embedding that is trained on the training
    texts answers for their words alone: words of later texts are left.
    """

    total: ClassVar[bool] = False

    def __init__(
        self,
        *,
        source: Annotated[
            Embedding,
            ComponentOf("embedding"),
            Doc("the second embedding, with its own keys, such as `word2vec-train` or `fasttext`"),
        ],
        min_common: Annotated[
            int, Ge(4), Doc("words that both embeddings must have for a map to be learnt")
        ] = 100,
    ) -> None:
        self.source = source
        self.min_common = min_common
        self._learnt: Learnt | None = None

    def candidates(self, word: str) -> Sequence[str]:  # noqa: ARG002
        """Return no spellings."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return the mapped vectors of `words` that the second embedding has; other rows are unfilled.

        `fit` has the cosine on held-out words. Raises what opening the second embedding raises, but for a
        VocabularyError, as of too few training texts: then, too, all words are left.
        """
        import numpy as np

        vectors = np.zeros((len(words), context.source.dim), dtype=np.float32)
        filled = np.zeros(len(words), dtype=np.bool_)
        asked = self._within_reach(words, context)
        if not asked:
            return Filled(vectors, filled)
        learnt = self._learn(context)
        if learnt is None:
            return Filled(vectors, filled)
        answer = _with_subwords(learnt.source, [words[i] for i in asked])
        known = np.array(asked)[answer.found]
        vectors[known], filled[known] = learnt.map(answer.vectors[answer.found]), True
        return Filled(vectors, filled, fit=learnt.fit)

    def _within_reach(self, words: Sequence[str], context: FillContext) -> list[int]:
        """Return the indices of the words to ask about: never `<UNK>`, which is no word.

        Of an embedding that knows the training texts alone, these are the words in them, before the model is
        saved and after: it is not trained again for words of later texts.
        """
        asked = [i for i, word in enumerate(words) if word != UNK]
        if getattr(self.source, "standalone", True) or not asked:
            return asked
        known = {*chain.from_iterable(context.training_tokens())}
        return [i for i in asked if words[i] in known]

    def _learn(self, context: FillContext) -> LearntMap | None:
        """Return the map for what `context` has; the last one is kept, as a chain asks more than once."""
        if self._learnt is None or not self._learnt.serves(context):
            result = self._learnt_from(context)
            self._learnt = Learnt(context.embedding, context.words, context.found, result)
        return self._learnt.result

    def _learnt_from(self, context: FillContext) -> LearntMap | None:
        """Learn a map; None, with a warning, if the second embedding has too few words to learn from."""
        from embedkit_mapped.ridge import learn

        opening = context.embedding or EmbeddingContext(0, context.words, context.training_tokens)
        try:
            source = self.source.open(opening)
        except VocabularyError as error:
            _warn(f"the second embedding cannot be had: {error.faults[0].what}")
            return None
        answer = _looked_up(source, context.words)
        common = int(answer.found.sum())
        if common < self.min_common:
            what = f"both embeddings have {common:,} words of the training texts"
            _warn(f"{what}, and a map is learnt from {self.min_common:,} or more")
            return None
        linear, fit = learn(answer.vectors[answer.found], context.found[answer.found], context.rng)
        return LearntMap(source, linear, fit)


def _warn(why: str) -> None:
    log.warning("'mapped' leaves every word: %s", why)


def _looked_up(source: VectorSource, words: Sequence[str]) -> Lookup:
    return check_lookup(source, source.lookup(words), len(words), source.dim)


def _with_subwords(source: VectorSource, words: Sequence[str]) -> Lookup:
    """Return the vectors of `words`, those that the source does not have from subwords if it can."""
    import numpy as np

    answer = _looked_up(source, words)
    left = np.flatnonzero(~answer.found)
    if not isinstance(source, SubwordSource) or not len(left):
        return answer
    parts = source.subword([words[i] for i in left.tolist()])
    check_lookup(source, parts, len(left), source.dim, verb="subword")
    vectors, found = answer.vectors.copy(), answer.found.copy()
    vectors[left], found[left] = parts.vectors, parts.found
    return Lookup(vectors, found, answer.rows)
