"""What training did to the embedding matrix: words that moved, their neighbours, and a map of words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embedkit.evaluation.error_analysis.word_map import MappedWord, WordMap, map_words
from embedkit.vectors.cosine import most_similar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from embedkit.evaluation.error_analysis.tendency import Tendency
    from embedkit.interfaces import FloatArray, IntArray

    Floats = NDArray[np.float64]

NEIGHBOURS = 10
MOST = 100
"""Words that are listed by each criterion: the most frequent, and those that moved most."""

ON_MAP = 2000
ROWS = 1 << 14
"""Rows that are compared at a time."""


@dataclass(frozen=True)
class TableRows:
    """The m rows of the embedding matrix of `model`, without the padding row.

    Each has a word, a training count [m] and an origin. `tendencies` has the classes that words speak for,
    where that is known.
    """

    model: str
    words: tuple[str, ...]
    counts: IntArray
    origins: tuple[str, ...]
    tendencies: Mapping[str, Tendency]


@dataclass(frozen=True)
class WordChange:
    """How training moved the vector of a word.

    `distance` is that of the old and the new vector, `cosine` their cosine, None if one of them is zero.
    `before` and `after` are the words nearest to it, the nearest first, among the old and the new vectors.
    """

    word: str
    count: int
    origin: str
    tendency: Tendency | None
    distance: float
    cosine: float | None
    norm_before: float
    norm_after: float
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def gained(self) -> tuple[str, ...]:
        """Return the neighbours that the word did not have before."""
        return tuple(word for word in self.after if word not in self.before)

    @property
    def lost(self) -> tuple[str, ...]:
        """Return the neighbours that the word has no longer."""
        return tuple(word for word in self.before if word not in self.after)


@dataclass(frozen=True)
class TableChanges:
    """What training did to the embedding matrix of `model`: `moved` of its `rows` rows changed.

    `words` has the MOST most frequent words and, if training moved any, those that moved most: by distance,
    by cosine, and by the ratio of their lengths; the most frequent first.
    """

    model: str
    rows: int
    moved: int
    words: tuple[WordChange, ...]
    map: WordMap

    def by_distance(self, most: int = MOST) -> list[WordChange]:
        """Return the words whose vectors moved farthest, the farthest first."""
        moved = [each for each in self.words if each.distance > 0]
        return sorted(moved, key=lambda each: -each.distance)[:most]

    def by_cosine(self, most: int = MOST) -> list[WordChange]:
        """Return the words whose vectors turned most, those with the smallest cosine first."""
        turned = [(each.cosine, i) for i, each in enumerate(self.words) if each.cosine is not None]
        return [self.words[i] for _, i in sorted(turned)[:most] if self.words[i].distance > 0]

    def by_length(self, most: int = MOST) -> list[WordChange]:
        """Return the words whose vectors grew or shrank most, those with the largest ratio first."""
        known = [each for each in self.words if each.norm_before > 0 < each.norm_after and each.distance > 0]
        return sorted(known, key=lambda each: -abs(np.log(each.norm_after / each.norm_before)))[:most]


@dataclass(frozen=True)
class _Moved:
    """How far each of m rows moved: float64 [m]; `cosine` is NaN where a row is zero."""

    distance: Floats
    cosine: Floats
    before: Floats
    after: Floats

    @property
    def stretch(self) -> Floats:
        """Return how many times longer or shorter each row became, as an absolute logarithm; 0 for zeros."""
        known = (self.before > 0) & (self.after > 0)
        ratio = np.divide(self.after, self.before, out=np.ones_like(self.after), where=known)
        return np.asarray(np.abs(np.log(ratio)))


def table_changes(rows: TableRows, before: FloatArray, after: FloatArray, most: int = MOST) -> TableChanges:
    """Compare an embedding matrix before and after training, each float32 [m, D], m ≥ 1."""
    moved = _moved(before, after)
    turned = -np.nan_to_num(moved.cosine, nan=1.0)
    criteria = [moved.distance, turned, moved.stretch] if moved.distance.any() else []
    chosen = _first(most, rows.counts, *criteria)
    old, new = (most_similar(table[chosen], table, NEIGHBOURS, chosen)[0] for table in (before, after))
    return TableChanges(
        model=rows.model,
        rows=len(rows.words),
        moved=int((moved.distance > 0).sum()),
        words=tuple(
            _change(rows, moved, row, (old[place], new[place])) for place, row in enumerate(chosen.tolist())
        ),
        map=_map(rows, before, after, moved.distance),
    )


def _moved(before: FloatArray, after: FloatArray) -> _Moved:
    """Compare rows, of which only some are in memory as float64 at a time."""
    blocks = [_moved_block(before[i : i + ROWS], after[i : i + ROWS]) for i in range(0, len(before), ROWS)]
    return _Moved(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))


def _moved_block(before: FloatArray, after: FloatArray) -> tuple[Floats, Floats, Floats, Floats]:
    old, new = before.astype(np.float64), after.astype(np.float64)
    lengths = np.linalg.norm(old, axis=1), np.linalg.norm(new, axis=1)
    both = lengths[0] * lengths[1]
    cosine = np.divide((old * new).sum(axis=1), both, out=np.full(len(old), np.nan), where=both > 0)
    return np.linalg.norm(new - old, axis=1), cosine.clip(-1, 1), *lengths


def _first(most: int, *criteria: Floats | IntArray) -> IntArray:
    """Return the `most` rows with the largest values by each of `criteria`, those of the first one first."""
    found = np.unique(np.concatenate([np.argsort(-each, kind="stable")[:most] for each in criteria]))
    return np.asarray(found[np.argsort(-criteria[0][found], kind="stable")])


def _change(rows: TableRows, moved: _Moved, row: int, near: tuple[IntArray, IntArray]) -> WordChange:
    cosine = float(moved.cosine[row])
    old, new = (tuple(rows.words[i] for i in each.tolist() if i >= 0) for each in near)
    return WordChange(
        word=rows.words[row],
        count=int(rows.counts[row]),
        origin=rows.origins[row],
        tendency=rows.tendencies.get(rows.words[row]),
        distance=float(moved.distance[row]),
        cosine=None if np.isnan(cosine) else cosine,
        norm_before=float(moved.before[row]),
        norm_after=float(moved.after[row]),
        before=old,
        after=new,
    )


def _map(rows: TableRows, before: FloatArray, after: FloatArray, distance: Floats) -> WordMap:
    """Return the map of the most frequent words and of those that moved farthest, half each."""
    shown = np.arange(len(after))
    if len(shown) > ON_MAP:
        shown = _first(ON_MAP // 2, rows.counts, distance)
    places, old, explained = map_words(before[shown], after[shown])
    words = (
        MappedWord(
            rows.words[row],
            int(rows.counts[row]),
            rows.tendencies.get(rows.words[row]),
            (x, y),
            (x_old, y_old),
        )
        for row, (x, y), (x_old, y_old) in zip(shown.tolist(), places.tolist(), old.tolist(), strict=True)
    )
    return WordMap(tuple(words), explained)
