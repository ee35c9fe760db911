"""Slices: words and lengths whose texts are wrong more often than other texts of the same classes.

Candidates are chosen on one half of the texts and tested on the other, so that the many that are looked at
there do not count here; the p-values of those chosen are corrected (Benjamini & Hochberg 1995).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embedkit.evaluation.error_analysis.distinct import DistinctTexts, distinct_texts
from embedkit.evaluation.error_analysis.slice_candidates import Candidates, SliceName, candidate_slices
from embedkit.evaluation.error_analysis.stratified_test import Sample
from embedkit.evaluation.false_discovery import q_values
from embedkit.evaluation.intervals import wilson_interval
from embedkit.evaluation.numbers import Interval

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.held_out import HeldOut
    from embedkit.interfaces import BoolArray, IntArray

ALPHA = 0.05
SMALLEST = 10
"""Texts that are in a slice, and texts that are not, in each half."""
CHOSEN, CHOSEN_SCORE = 50, 2.326
"""How many candidates the second half tests at most, and the standard errors by which each must have more
errors than expected in the first: one in a hundred has by chance."""
SAME, MOSTLY_SAME = 0.8, 0.5
"""The share of the texts of two slices that are in both: above it they are tested as one, or named as one."""
EXAMPLES = 10


@dataclass(frozen=True)
class Slice:
    """Texts that are wrong more often: figures of the half that confirmed it, beside those of the other.

    `expected` is the error rate that the classes of these texts would give; `elsewhere` is that of all other
    texts. `also` are slices with at least half of the texts in common, and without more errors than others
    beyond them. `examples` are the ids of up to ten wrong texts of both halves, those first whose label was
    given least probability.
    """

    name: SliceName
    also: tuple[SliceName, ...]
    n: int
    errors: int
    ci95: Interval
    expected: float
    elsewhere: float
    p_value: float
    q_value: float
    first_half: tuple[int, int]
    """Texts and errors in the half in which it was found, where the best of many are too good by chance."""
    examples: tuple[int, ...]

    @property
    def rate(self) -> float:
        """Return the error rate in the half that confirmed it."""
        return self.errors / self.n


@dataclass(frozen=True)
class Slices:
    """The slices confirmed at the false discovery rate `alpha`, the most certain first.

    `n` are the distinct texts and `errors` those wrong; of the `candidates` with enough texts in both halves,
    `tested` were chosen in one half and tested in the other.
    """

    n: int
    errors: int
    candidates: int
    tested: int
    alpha: float
    seed: int
    found: tuple[Slice, ...]


def find_slices(
    held_out: HeldOut, groups: Sequence[str] | None = None, *, alpha: float = ALPHA, seed: int = 0
) -> Slices:
    """Return the words, ranges of lengths and groups whose texts are wrong more often.

    `groups` [N] are what else texts have in common, such as their source. With several models, the mean of
    their probabilities decides what is wrong. `seed` draws the halves; texts of the same tokens are in one.
    """
    texts = distinct_texts(held_out, groups)
    of_texts = None if groups is None else [groups[row] for row in texts.rows]
    return confirmed_slices(texts, candidate_slices(texts.tokens, of_texts), held_out.ids, alpha, seed)


def confirmed_slices(
    texts: DistinctTexts, candidates: Candidates, ids: IntArray, alpha: float = ALPHA, seed: int = 0
) -> Slices:
    """Return those of the candidates that one half of the texts suggests and the other confirms.

    `ids` are those of all held-out texts, of which `texts.rows` are the positions of the distinct ones.
    """
    first = _first_half(texts.same, seed)
    candidates = candidates.select(_large_enough(candidates, first))
    halves = [
        Sample(candidates.presence[half], texts.labels[half], texts.wrong[half]) for half in (first, ~first)
    ]
    chosen = _chosen(halves[0])
    found = _confirmed(halves[1], chosen, alpha)
    report = _Report(texts, candidates, ids, halves)
    slices = tuple(report.slice(each) for each in found)
    wrong = int(texts.wrong.sum())
    return Slices(len(texts.rows), wrong, len(candidates.names), len(chosen), alpha, seed, slices)


@dataclass
class _Found:
    """A slice, by its column; the columns of those it explains; its p-values."""

    column: int
    explained: list[int]
    p_value: float = 1.0
    q_value: float = 1.0


@dataclass(frozen=True)
class _Report:
    texts: DistinctTexts
    candidates: Candidates
    ids: IntArray
    halves: Sequence[Sample]

    def slice(self, found: _Found) -> Slice:
        first, second = (half.tables(found.column) for half in self.halves)
        n, all_n, all_wrong = int(second.inside.sum()), int(second.n.sum()), int(second.wrong.sum())
        return Slice(
            name=self.candidates.names[found.column],
            also=tuple(self.candidates.names[column] for column in found.explained),
            n=n,
            errors=second.errors,
            ci95=wilson_interval(second.errors, n),
            expected=second.expected / n,
            elsewhere=(all_wrong - second.errors) / (all_n - n),
            p_value=found.p_value,
            q_value=found.q_value,
            first_half=(int(first.inside.sum()), first.errors),
            examples=self._examples(found.column),
        )

    def _examples(self, column: int) -> tuple[int, ...]:
        inside = np.flatnonzero(self.candidates.presence[:, [column]].toarray().ravel())
        wrong = inside[self.texts.wrong[inside]]
        order = wrong[np.argsort(-self.texts.doubt[wrong], kind="stable")]
        return tuple(self.ids[self.texts.rows[order[:EXAMPLES]]].tolist())


def _first_half(same: IntArray, seed: int) -> BoolArray:
    """Return whether each text is in the first half, drawn by `seed`; those of the same tokens are in one."""
    count = int(same.max(initial=-1)) + 1
    first = np.random.default_rng(seed).permutation(count) < count / 2
    return np.asarray(first[same], bool)


def _large_enough(candidates: Candidates, first: BoolArray) -> BoolArray:
    """Return which candidates have ten texts in each half, and leave ten out, [K]."""
    enough = np.ones(len(candidates.names), bool)
    for half in (first, ~first):
        sizes = np.asarray(candidates.presence[half].sum(axis=0)).ravel()
        enough &= (sizes >= SMALLEST) & (sizes <= half.sum() - SMALLEST)
    return enough


def _chosen(half: Sample) -> list[_Found]:
    """Return the slices with the highest scores in the first half, one of those that are nearly the same."""
    scores, found = half.scores(), list[_Found]()
    order = np.argsort(-scores, kind="stable")
    for column in order[scores[order] >= CHOSEN_SCORE].tolist():
        overlap, same = _nearest(half, column, found)
        if same is not None and overlap >= SAME:
            same.explained.append(column)
        elif len(found) < CHOSEN:
            found.append(_Found(column, []))
    return found


def _confirmed(half: Sample, chosen: Sequence[_Found], alpha: float) -> list[_Found]:
    """Return the chosen slices whose corrected p-value in the second half is at most `alpha`."""
    if not chosen:
        return []
    p_values = [half.tables(each.column).p_value() for each in chosen]
    found = [
        _Found(each.column, each.explained, p, float(q))
        for each, p, q in zip(chosen, p_values, q_values(p_values), strict=True)
        if q <= alpha
    ]
    return _without_explained(half, sorted(found, key=lambda each: each.p_value), alpha)


def _without_explained(half: Sample, ordered: Iterable[_Found], alpha: float) -> list[_Found]:
    """Return the slices that have more errors than others also outside the slices before them.

    Any other is explained by those before it, and goes with the most similar one if half of the texts of both
    are in common.
    """
    rest, found = np.ones(len(half.labels), bool), list[_Found]()
    for each in ordered:
        if half.tables(each.column, rest).p_value() <= alpha:
            rest[half.texts_of(each.column)] = False
            found.append(each)
            continue
        overlap, similar = _nearest(half, each.column, found)
        if similar is not None and overlap >= MOSTLY_SAME:
            similar.explained += [each.column, *each.explained]
    return found


def _nearest(half: Sample, column: int, found: Sequence[_Found]) -> tuple[float, _Found | None]:
    """Return the slice with most of its texts in common (Jaccard), and their share; None if there is none."""
    shares = [_overlap(half.texts_of(column), half.texts_of(other.column)) for other in found]
    return max(zip(shares, found, strict=True), key=lambda pair: pair[0], default=(0.0, None))


def _overlap(one: IntArray, other: IntArray) -> float:
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / (len(one) + len(other) - both)
