"""The words of a source in its own order, which tells how frequent they were where it was trained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from embedkit.errors import Fault, VectorFileError
from embedkit.vectors.reading import Block

if TYPE_CHECKING:
    from embedkit.interfaces import VectorSource


@runtime_checkable
class HasBlocks(Protocol):
    """A source that gives all its words and vectors, as a `VectorFile` does."""

    def blocks(self) -> Iterator[Block]:
        """Yield all rows, in order, in blocks."""


def first_rows(source: VectorSource, count: int | None) -> Iterator[Block]:
    """Yield the first `count` rows of `source`, or all if `count` is None, in blocks.

    Raises VectorFileError for a source that cannot list its words.
    """
    if not isinstance(source, HasBlocks):
        hint = "With case: exact the similarity of words can still be evaluated; analogies cannot."
        raise VectorFileError(Fault(f"{type(source).__name__} cannot list its words", hint=hint))
    for block in source.blocks():
        row, words = block.row, block.words
        kept = len(words) if count is None else min(len(words), count - row)
        yield Block(row, words[:kept], block.vectors[:kept])
        if kept < len(words) or row + kept == count:
            return


def list_words(source: VectorSource, count: int | None) -> list[str]:
    """Return the words of the first `count` rows, or of all, with repeated ones.

    Raises VectorFileError as `first_rows` does.
    """
    return [word.decode() for block in first_rows(source, count) for word in block.words]
