"""The words nearest to a vector by cosine, over files larger than memory: one pass, a few rows at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from embedkit.errors import Fault, VectorFileError
from embedkit.vectors.file import VectorFile

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray


class Neighbour(NamedTuple):
    """A word, its row in the file, and the cosine of the angle to what was asked for."""

    word: str
    row: int
    similarity: float


def neighbours(file: VectorFile, words: Sequence[str], count: int = 10) -> list[list[Neighbour]]:
    """The `count` words most similar to each of `words`, itself left out, the nearest first.

    Raises VectorFileError for a word that the file does not have.
    """
    return nearest(file, _unit(_vectors(file, words)), count, [{word} for word in words])


def analogy(
    file: VectorFile, positive: Sequence[str], negative: Sequence[str], count: int = 10
) -> list[Neighbour]:
    """What is near `positive` and away from `negative`, such as king and woman, and man; these are left out.

    3CosAdd of Mikolov et al. (2013): the mean of unit vectors, the negative ones turned round. Raises
    VectorFileError for a word that the file does not have.
    """
    vectors = _unit(_vectors(file, [*positive, *negative]))
    vectors[len(positive) :] *= -1
    return nearest(file, _unit(vectors.mean(axis=0, keepdims=True)), count, [{*positive, *negative}])[0]


def nearest(
    file: VectorFile, queries: FloatArray, count: int, without: Sequence[set[str]]
) -> list[list[Neighbour]]:
    """The words nearest to each unit vector of `queries` [q, D], but for those `without`; one pass for all.

    A vector of zeros is near nothing. Raises VectorFileError for a damaged file.
    """
    best: list[list[Neighbour]] = [[] for _ in queries]
    for block in file.blocks():
        similarities = _unit(block.vectors) @ queries.T
        for query, excluded in enumerate(without):
            wanted = count + len(excluded)
            for row in _largest(similarities[:, query], wanted):
                word = block.words[row].decode()
                if word not in excluded:
                    best[query].append(Neighbour(word, block.row + row, float(similarities[row, query])))
            best[query] = sorted(best[query], key=lambda found: (-found.similarity, found.row))[:count]
    return best


def _largest(values: FloatArray, count: int) -> list[int]:
    import numpy as np

    if count >= len(values):
        return [*range(len(values))]
    chosen: list[int] = np.argpartition(-values, count)[:count].tolist()
    return chosen


def _unit(vectors: FloatArray) -> FloatArray:
    import numpy as np

    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: FloatArray = np.divide(vectors, norms, out=np.zeros(vectors.shape, np.float32), where=norms > 0)
    return unit


def _vectors(file: VectorFile, words: Sequence[str]) -> FloatArray:
    lookup = file.lookup(words)
    missing = [word for word, found in zip(words, lookup.found, strict=True) if not found]
    if missing:
        raise VectorFileError(Fault(f"has no vector for {', '.join(map(repr, missing))}", str(file.path)))
    return lookup.vectors
