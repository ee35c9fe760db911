"""Cosine similarity: vectors scaled to length 1, whose products are cosines, and nearest neighbours by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.interfaces import FloatArray, IntArray

    Float = TypeVar("Float", np.float32, np.float64)


QUERIES, ROWS = 1024, 8192
"""How many vectors are compared with how many others at a time: 32 MB of cosines."""


def unit_rows(vectors: NDArray[Float], reciprocal: bool = False) -> NDArray[Float]:
    """Return `vectors` [n, D] scaled to length 1; rows of zeros stay as they are.

    With `reciprocal`, they are multiplied by one over their length, as gensim does it, which may give another
    last bit than the division.
    """
    import numpy as np

    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if reciprocal:
        return (vectors * (1 / np.where(norms == 0, 1, norms))).astype(vectors.dtype, copy=False)
    units: NDArray[Float] = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
    return units


def unit_rows_of_any_length(vectors: FloatArray) -> FloatArray:
    """Return finite `vectors` float32 [n, D] scaled to length 1, however long or short they are.

    They are first divided by their largest value, because float32 cannot hold the norms of its largest
    values. Rows of zeros stay as they are.
    """
    import numpy as np

    scale = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    return unit_rows(np.divide(vectors, scale, out=np.zeros(vectors.shape, np.float32), where=scale > 0))


def largest(values: FloatArray, count: int) -> list[int]:
    """Return the positions of the `count` largest `values` [n], in descending order; ties by position."""
    import numpy as np

    places = np.arange(len(values))
    if 0 < count < len(values):
        places = np.flatnonzero(values >= np.partition(values, -count)[-count])
    order: list[int] = places[np.argsort(-values[places], kind="stable")][:count].tolist()
    return order


def nearest(table: FloatArray, asked: IntArray, k: int) -> IntArray:
    """Find the k rows of `table` nearest by cosine to each row in `asked`, itself left out, int64 [q, k].

    Places without a neighbour are -1, as a row of zeros is near nothing.
    """
    import numpy as np
    from sklearn.neighbors import NearestNeighbors

    there = np.flatnonzero(np.linalg.norm(table, axis=1) > 0)
    found = np.full((len(asked), k), -1, dtype=np.int64)
    queries = np.flatnonzero(np.isin(asked, there))
    width = min(k + 1, len(there))
    if not len(queries):
        return found
    units = unit_rows(table[there])
    search = NearestNeighbors(n_neighbors=width, algorithm="brute").fit(units)
    position = np.searchsorted(there, asked[queries])
    rows = there[search.kneighbors(units[position], return_distance=False)]
    found[queries, : width - 1] = _without(rows, asked[queries])
    return found


def _without(rows: IntArray, own: IntArray) -> IntArray:
    """Remove from each row of `rows` [q, w] its own index in `own`, int64 [q]: [q, w - 1].

    If others are as near and have displaced the own index, the last entry is removed.
    """
    import numpy as np

    is_own = rows == own[:, None]
    is_own[~is_own.any(axis=1), -1] = True
    return np.asarray(rows[~is_own].reshape(len(rows), -1))


def most_similar(
    asked: FloatArray, table: FloatArray, count: int, own: IntArray | None = None
) -> tuple[IntArray, FloatArray]:
    """Find the `count` rows of `table` [m, D] most similar by cosine to each vector of `asked` [q, D].

    Returns the rows, int64 [q, count], and their cosines, float32 [q, count]: the most similar first, equally
    similar ones by position. Places without a row are -1 and NaN, as a vector of zeros is similar to nothing.
    With `own`, int64 [q], that row is left out. Only some cosines are in memory at a time.
    """
    import numpy as np

    units = unit_rows(asked)
    rows = np.full((len(asked), count), -1, np.int64)
    cosines = np.full((len(asked), count), -np.inf, np.float32)
    for start in range(0, len(table), ROWS):
        block = unit_rows(table[start : start + ROWS])
        for first in range(0, len(asked), QUERIES):
            some = slice(first, first + QUERIES)
            found = units[some] @ block.T
            found[~units[some].any(axis=1)] = -np.inf
            found[:, ~block.any(axis=1)] = -np.inf
            if own is not None:
                _leave_out(found, own[some] - start)
            places, values = _best(found, count)
            known = np.concatenate([rows[some], places + start], axis=1)
            values = np.concatenate([cosines[some], values], axis=1)
            order = np.argsort(-values, axis=1, kind="stable")[:, :count]
            rows[some] = np.take_along_axis(known, order, axis=1)
            cosines[some] = np.take_along_axis(values, order, axis=1)
    there = np.isfinite(cosines)
    return np.where(there, rows, -1), np.where(there, cosines.clip(-1, 1), np.float32(np.nan))


def _leave_out(found: FloatArray, columns: IntArray) -> None:
    """Set in each row of `found` [q, m] the value in its own column, if it has one, to minus infinity."""
    import numpy as np

    inside = np.flatnonzero((columns >= 0) & (columns < found.shape[1]))
    found[inside, columns[inside]] = -np.inf


def _best(found: FloatArray, count: int) -> tuple[IntArray, FloatArray]:
    """Return the columns of the largest values of each row of `found` [q, m], and the values; it is changed.

    One largest value after the other is taken, as that gives equal values by position on every processor.
    """
    import numpy as np

    every = np.arange(len(found))
    width = min(count, found.shape[1])
    columns, values = np.zeros((len(found), width), np.int64), np.zeros((len(found), width), np.float32)
    for place in range(width):
        best = found.argmax(axis=1)
        columns[:, place], values[:, place] = best, found[every, best]
        found[every, best] = -np.inf
    return columns, values
