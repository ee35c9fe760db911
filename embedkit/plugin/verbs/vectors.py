"""The verbs of what has word vectors, and of what answers for words without one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from embedkit.interfaces import (
    Embedding,
    EmbeddingContext,
    FillContext,
    Filled,
    Lookup,
    OovPolicy,
    VectorSource,
)
from embedkit.interfaces.contracts import check_dim, check_has
from embedkit.plugin.verbs.wrapped import Wrapped

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray


class WrappedEmbedding(Wrapped[Embedding]):
    """An embedding."""

    def open(self, context: EmbeddingContext) -> VectorSource:
        """Its source, in a wrapper. Raises ComponentError where it has no `lookup`, `dim` or `unk`."""
        with self._owner.calling(lambda: f"open() for {len(context.words):,} words raised"):
            source = self._made.open(context)
        check_has(self, "open()", source, "lookup", "dim", "unk")
        wrapped = WrappedSource.of(source, self._owner)
        _ = wrapped.dim
        return wrapped


class WrappedSource(Wrapped[VectorSource]):
    """A source that an embedding opened."""

    @property
    def dim(self) -> int:
        """D. Raises ComponentError for anything but an integer of 1 or more."""
        return check_dim(self, self._of_made("dim"))

    @property
    def unk(self) -> FloatArray | None:
        """The vector of unknown words, which `contracts.check_unknown` has yet to see, or None."""
        unk: FloatArray | None = self._of_made("unk")
        return unk

    def lookup(self, words: Sequence[str]) -> Lookup:
        """What it knows of `words`, which `contracts.check_lookup` has yet to see."""
        with self._owner.calling(lambda: f"lookup() of {len(words):,} words raised"):
            return self._made.lookup([*words])


class WrappedPolicy(Wrapped[OovPolicy]):
    """An out-of-vocabulary policy."""

    @property
    def candidates(self) -> Callable[[str], Sequence[str]]:
        """The policy's own method: it is called for many words in one call of `model.oov`'s."""
        candidates: Callable[[str], Sequence[str]] = self._made.candidates
        return candidates

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Rows for `words`, which `contracts.check_filled` has yet to see; `context.found` is read-only."""
        found = context.found.view()
        found.setflags(write=False)
        with self._owner.calling(lambda: f"fill() for {len(words):,} words raised"):
            return self._made.fill([*words], replace(context, found=found))
