"""All words of several sources with their concatenated vectors, block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeGuard, runtime_checkable

from embedkit.plugin_api import VectorSource

if TYPE_CHECKING:
    from embedkit.plugin_api import Block, FloatArray

CHUNK = 1 << 16
"""Words that are looked up in the other sources at once: few passes over their files, and little memory."""


@runtime_checkable
class ListedSource(VectorSource, Protocol):
    """A source that gives all its words and vectors, as a file does."""

    def blocks(self) -> Iterator[Block]:
        """Yield all rows in order, block by block."""


def all_listed(sources: Sequence[VectorSource]) -> TypeGuard[Sequence[ListedSource]]:
    """Tell whether every source can list all its words."""
    return all(isinstance(source, ListedSource) for source in sources)


def side_by_side(sources: Sequence[ListedSource]) -> Iterator[Block]:
    """Yield all words in blocks: the first source's, then those of each next source that are new.

    Words keep the order of their source. A word that a source has twice comes twice, with the same parts from
    the other sources.
    """
    row = 0
    for position, source in enumerate(sources):
        for words, own in _chunks(source):
            block = _joined(row, words, own, sources, position)
            yield block
            row += len(block.words)


def _joined(
    row: int, words: Sequence[bytes], own: FloatArray, sources: Sequence[VectorSource], position: int
) -> Block:
    """Return a block of the `words` that no source before `position` has, with vectors of all sources.

    `own` has their vectors in the source at `position`.
    """
    import numpy as np

    from embedkit.plugin_api import Block

    texts = [word.decode() for word in words]
    answers = {i: other.lookup(texts) for i, other in enumerate(sources) if i != position}
    new = ~np.any([np.zeros(len(words), np.bool_), *(answers[i].found for i in range(position))], axis=0)
    parts = [own if i == position else answers[i].vectors for i in range(len(sources))]
    return Block(row, [words[i] for i in np.flatnonzero(new).tolist()], np.hstack(parts)[new])


def _chunks(source: ListedSource) -> Iterator[tuple[list[bytes], FloatArray]]:
    """Yield the words and vectors of a source's blocks, merged until there are at least `CHUNK` words."""
    import numpy as np

    words: list[bytes] = []
    vectors: list[FloatArray] = []
    for block in source.blocks():
        words += block.words
        vectors.append(block.vectors)
        if len(words) >= CHUNK:
            yield words, np.concatenate(vectors)
            words, vectors = [], []
    if words:
        yield words, np.concatenate(vectors)
