"""The first rows of a source, in batches of a size that suits the comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from embedkit.errors import Fault, VectorFileError
from embedkit.evaluation.intrinsic.listing import first_rows

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray, IntArray, VectorSource


def batches(source: VectorSource, words: Sequence[str], size: int) -> Iterator[tuple[int, FloatArray]]:
    """Yield the vectors of the first rows of `source`, at most `size` at a time, with the first row's number.

    `words` are the words of these rows. The vector of a word that an earlier row has is set to zeros, as only
    the first one counts. Raises VectorFileError for a vector that is not finite.
    """
    again = _repeated(words)
    for start, vectors in _gathered(source, len(words), size):
        _refuse_not_finite(vectors, start, words)
        end = start + len(vectors)
        vectors[again[np.searchsorted(again, start) : np.searchsorted(again, end)] - start] = 0
        for first in range(0, len(vectors), size):
            yield start + first, vectors[first : first + size]


def _gathered(source: VectorSource, count: int, size: int) -> Iterator[tuple[int, FloatArray]]:
    """Yield the first `count` rows, in pieces of at least `size` rows, with the number of the first."""
    gathered: list[FloatArray] = []
    start = 0
    for block in first_rows(source, count):
        gathered.append(block.vectors)
        end = block.row + len(block.words)
        if end - start >= size or end == count:
            yield start, np.concatenate(gathered)
            gathered, start = [], end


def _repeated(words: Sequence[str]) -> IntArray:
    """Return the rows whose word an earlier row has, in ascending order, int64."""
    first = {word: row for row, word in reversed([*enumerate(words)])}
    return np.array([row for row, word in enumerate(words) if first[word] != row], dtype=np.int64)


def _refuse_not_finite(vectors: FloatArray, start: int, words: Sequence[str]) -> None:
    finite = np.isfinite(vectors).all(axis=1)
    if not finite.all():
        row = start + int(finite.argmin())
        what = f"the vector of {words[row]!r} holds NaN or infinity"
        raise VectorFileError(Fault(what, where=f"record {row + 1:,}"))
