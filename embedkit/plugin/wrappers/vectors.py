"""Wrappers of embeddings, vector sources and out-of-vocabulary policies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from embedkit.interfaces.changes import accepting, heed
from embedkit.plugin.wrappers.wrapped import Wrapped

if TYPE_CHECKING:
    from embedkit.interfaces import (
        Embedding,
        EmbeddingContext,
        FillContext,
        Filled,
        FloatArray,
        Lookup,
        OovPolicy,
        VectorSource,
    )


class WrappedEmbedding(Wrapped):
    """The wrapper of an embedding."""

    protocol = "Embedding"
    _made: Embedding

    def open(self, context: EmbeddingContext, **newer: Any) -> VectorSource:
        """Open the source and return it in a wrapper.

        Raises ComponentError if it has no `lookup`, `dim` or `unk`.
        """
        from embedkit.interfaces.contracts import check_has

        with self._owner.calling(lambda: f"open() for {len(context.words):,} words raised"):
            source = accepting("Embedding.open", self._made.open)(context, **newer)
            heed(WrappedSource.protocol, source)
        check_has(self, "open()", source, "lookup", "dim", "unk")
        wrapped = WrappedSource.of(source, self._owner)
        _ = wrapped.dim
        return wrapped


class WrappedSource(Wrapped):
    """The wrapper of a source that an embedding opened."""

    protocol = "VectorSource"
    _made: VectorSource

    @property
    def dim(self) -> int:
        """Return D, the width of the vectors. Raises ComponentError unless it is an integer from 1."""
        from embedkit.interfaces.contracts import check_dim

        return check_dim(self, self._of_made("dim"))

    @property
    def unk(self) -> FloatArray | None:
        """Return the vector of unknown words, not yet checked (`contracts.check_unknown`), or None."""
        unk: FloatArray | None = self._of_made("unk")
        return unk

    def lookup(self, words: Sequence[str], **newer: Any) -> Lookup:
        """Return the vectors of `words`, not yet checked (`contracts.check_lookup`)."""
        with self._owner.calling(lambda: f"lookup() of {len(words):,} words raised"):
            return accepting("VectorSource.lookup", self._made.lookup)([*words], **newer)


class WrappedPolicy(Wrapped):
    """The wrapper of an out-of-vocabulary policy."""

    protocol = "OovPolicy"
    _made: OovPolicy

    @property
    def candidates(self) -> Callable[[str], Sequence[str]]:
        """Return the policy's own method: `model.oov` calls it for many words within one guarded call."""
        return accepting("OovPolicy.candidates", self._made.candidates)

    def fill(self, words: Sequence[str], context: FillContext, **newer: Any) -> Filled:
        """Return vectors of `words`, not yet checked (`contracts.check_filled`).

        The policy is given `context.found` as a read-only view.
        """
        found = context.found.view()
        found.setflags(write=False)
        with self._owner.calling(lambda: f"fill() for {len(words):,} words raised"):
            fill = accepting("OovPolicy.fill", self._made.fill)
            return fill([*words], replace(context, found=found), **newer)
