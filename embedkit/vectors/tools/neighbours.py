"""Nearest neighbours by cosine similarity, in files larger than memory: one pass, a few rows at a time."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from embedkit.errors import Fault, VectorFileError
from embedkit.vectors.cosine import largest, unit_rows_of_any_length
from embedkit.vectors.file import VectorFile
from embedkit.vectors.lookup.words import checked_words

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray

log = logging.getLogger(__name__)


class Neighbour(NamedTuple):
    """A word, its row in the file, and its cosine similarity to the query."""

    word: str
    row: int
    similarity: float


def neighbours(file: VectorFile, words: Sequence[str], count: int = 10) -> list[list[Neighbour]]:
    """Return the `count` words most similar to each of `words`, except the word itself, the nearest first.

    Raises VectorFileError if the file has no vector for a word, or a zero vector.
    """
    words = checked_words(words)
    units = unit_rows_of_any_length(_vectors(file, words))
    return nearest(file, units, count, [{word} for word in words])


def analogy(
    file: VectorFile, positive: Sequence[str], negative: Sequence[str], count: int = 10
) -> list[Neighbour]:
    """Return the words near `positive` and away from `negative`, such as queen for king and woman, and man.

    The given words are left out. The method is 3CosAdd of Mikolov et al. (2013): the mean of the unit
    vectors, the negative ones with the opposite sign. Raises VectorFileError if the file has no vector for a
    word, or a zero vector.
    """
    positive, negative = checked_words(positive), checked_words(negative)
    units = unit_rows_of_any_length(_vectors(file, [*positive, *negative]))
    units[len(positive) :] *= -1
    mean = unit_rows_of_any_length(units.mean(axis=0, keepdims=True))
    return nearest(file, mean, count, [{*positive, *negative}])[0]


def nearest(
    file: VectorFile, queries: FloatArray, count: int, without: Sequence[set[str]]
) -> list[list[Neighbour]]:
    """Return the `count` words nearest to each unit vector of `queries` [q, D], except those in `without`.

    All queries are answered in one pass. Zero vectors have no direction and are no neighbours, nor are
    vectors with NaN or infinity, whose number is logged as a warning. Raises VectorFileError if the file is
    damaged.
    """
    import numpy as np

    best: list[list[Neighbour]] = [[] for _ in queries]
    not_finite = 0
    for block in file.blocks():
        finite = np.isfinite(block.vectors).all(axis=1)
        not_finite += len(block.words) - int(finite.sum())
        usable = np.flatnonzero(finite & block.vectors.any(axis=1))
        similarities = unit_rows_of_any_length(block.vectors[usable]) @ queries.T
        for query, excluded in enumerate(without):
            for place in largest(similarities[:, query], count + len(excluded)):
                row = int(usable[place])
                word = block.words[row].decode()
                if word not in excluded:
                    best[query].append(Neighbour(word, block.row + row, float(similarities[place, query])))
            best[query] = sorted(best[query], key=lambda found: (-found.similarity, found.row))[:count]
    if not_finite:
        log.warning("%s: %d vectors hold NaN or infinity and are no neighbours", file.path, not_finite)
    return best


def _vectors(file: VectorFile, words: Sequence[str]) -> FloatArray:
    lookup = file.lookup(words)
    missing = [word for word, found in zip(words, lookup.found, strict=True) if not found]
    if missing:
        raise VectorFileError(Fault(f"has no vector for {', '.join(map(repr, missing))}", str(file.path)))
    zero = [word for word, vector in zip(words, lookup.vectors, strict=True) if not vector.any()]
    if zero:
        what = f"has a vector of zeros, which has no direction, for {', '.join(map(repr, zero))}"
        raise VectorFileError(Fault(what, str(file.path)))
    return lookup.vectors
