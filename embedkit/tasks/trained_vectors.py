"""Vectors trained on the texts of a recipe, in the cache: trained once for equal texts, parameters and seeds.

An entry is identified by the tokens of the training split, the seed, the embedding with its parameters, its
code and the versions of what it needs; where vectors depend on other things than the seed, by these instead.
It holds the words and their vectors, which are the same bit for bit.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from embedkit.files.cache import one_at_a_time
from embedkit.interfaces import Embedding, EmbeddingContext
from embedkit.interfaces.flags import STANDALONE
from embedkit.model.known_words import KnownWords
from embedkit.recipe.code_digest import component_digest, texts_digest
from embedkit.vectors.lookup.row_cache import CachedArrays

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray, VectorSource
    from embedkit.recipe.build import Part
    from embedkit.vectors.lookup.row_cache import Arrays

WORTH_KEEPING = 0.5
"""Seconds of training from which on the vectors are kept."""

FEWEST_TOKENS = 10_000
"""With fewer training tokens, vectors are trained about as fast as they are looked up."""


@runtime_checkable
class TrainedEmbedding(Embedding, Protocol):
    """An embedding that learns the vectors of known words from the training texts."""

    def train(self, context: EmbeddingContext) -> tuple[Sequence[str], FloatArray]:
        """Return the words and their vectors, float32 [n, D].

        Of the context they depend on the seed and the training tokens alone, or as `depends_on` says.
        """


@runtime_checkable
class DependentEmbedding(TrainedEmbedding, Protocol):
    """A trained embedding that says itself what its vectors depend on, such as the files of a model."""

    def depends_on(self, context: EmbeddingContext) -> str:
        """Return what the vectors depend on besides the training tokens, the parameters and the code."""


def keeping_vectors(part: Part, embedding: Embedding) -> Embedding:
    """Return `embedding`, which `part` made, as one that keeps what it trains in the cache.

    A plugin's embedding is returned as it is, and so is one that trains nothing or can more than look up.
    """
    if not part.bundled or not isinstance(embedding, TrainedEmbedding):
        return embedding
    code = component_digest(part, *_packages(part))
    return KeptEmbedding(embedding, part.spec.use, f"{code} {platform.machine()}")


def _packages(part: Part) -> list[ModuleType]:
    """Return the packages whose code the vectors depend on besides its own: of components in its parameters.

    A text encoder among them is run by `embedkit.model`.
    """
    import embedkit.model

    names = {each.factory.__module__.partition(".")[0] for each in part.components[1:]}
    return [*map(sys.modules.__getitem__, sorted(names)), embedkit.model] if names else []


@dataclass(frozen=True)
class KeptEmbedding:
    """An embedding, called `name`, whose trained vectors are in the cache.

    `about` identifies what they depend on besides the tokens and the seed: the embedding and its code.
    """

    embedding: TrainedEmbedding
    name: str
    about: str

    @property
    def standalone(self) -> bool:
        """Return whether other words than those of the training texts can be looked up later."""
        return STANDALONE.of(self.embedding)

    def open(self, context: EmbeddingContext) -> VectorSource:
        """Return the trained vectors, from the cache if they are there. Raises what training raises.

        If another process is training the same, its vectors are waited for.
        """
        texts = context.training_tokens()
        if sum(map(len, texts)) < FEWEST_TOKENS:
            return self.embedding.open(context)
        tokens = texts_digest(json.dumps([*text]) for text in texts)
        more: object = context.seed
        if isinstance(self.embedding, DependentEmbedding):
            more = self.embedding.depends_on(context)
        kept = _entry(f"{self.about} {more} {tokens}", f"{len(texts):,} texts, by {self.name}")
        if (source := _kept(kept)) is not None:
            return source
        with one_at_a_time(kept.folder):
            return _kept(kept) or self._train(context, kept)

    def _train(self, context: EmbeddingContext, kept: CachedArrays) -> VectorSource:
        import numpy as np

        start = time.perf_counter()
        words, vectors = self.embedding.train(context)
        if time.perf_counter() - start >= WORTH_KEEPING:
            joined = json.dumps([*words]).encode()
            kept.keep({"words": np.frombuffer(joined, np.uint8), "vectors": vectors})
        return KnownWords(words, vectors)


def _entry(about: str, source: str) -> CachedArrays:
    folder = f"trained/{hashlib.sha256(about.encode()).hexdigest()[:32]}"
    return CachedArrays(f"{folder}/vectors", about, "vectors", source)


def _kept(kept: CachedArrays) -> VectorSource | None:
    """Return the vectors in the cache; None if there are none that are intact."""
    found: list[VectorSource] = []
    kept.use(lambda arrays: found.append(_source(arrays)))
    return found[0] if found else None


def _source(arrays: Arrays) -> VectorSource:
    words: Sequence[str] = json.loads(arrays["words"].tobytes())
    return KnownWords(words, arrays["vectors"])
