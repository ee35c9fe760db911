"""Candidate slices: the texts that have a word, a length or a group in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from embedkit.evaluation.error_analysis.word_presence import Tokens, word_presence

if TYPE_CHECKING:
    from scipy.sparse import csc_matrix

    from embedkit.interfaces import BoolArray

BINS = 10
"""Lengths are cut at their deciles; a range of lengths is any run of neighbouring parts."""


@dataclass(frozen=True)
class SliceName:
    """What the texts of a slice have in common: a word, a range of lengths in tokens, or a group."""

    kind: Literal["word", "length", "group"]
    name: str


@dataclass(frozen=True)
class Candidates:
    """K candidate slices, and whether each of N texts is in them: `presence`, 0 or 1, int64 [N, K]."""

    names: tuple[SliceName, ...]
    presence: csc_matrix[Any]

    def select(self, chosen: BoolArray) -> Candidates:
        """Return the candidates that are `chosen` [K]."""
        rows = np.flatnonzero(chosen)
        return Candidates(tuple(self.names[row] for row in rows), self.presence[:, rows])


def candidate_slices(tokens: Sequence[Tokens], groups: Sequence[str] | None = None) -> Candidates:
    """Return every word, every range of lengths and, if there are `groups` [N], every group."""
    from scipy.sparse import hstack

    words, with_word = word_presence(tokens)
    ranges, with_length = _length_ranges(np.array([len(each) for each in tokens], np.int64))
    names = [*(SliceName("word", word) for word in words), *(SliceName("length", name) for name in ranges)]
    parts = [with_word, with_length]
    if groups is not None:
        found, with_group = word_presence([(group,) for group in groups])
        names += [SliceName("group", group) for group in found]
        parts.append(with_group)
    return Candidates(tuple(names), hstack(parts, format="csc"))


def _length_ranges(lengths: Any) -> tuple[list[str], csc_matrix[Any]]:
    """Return the ranges of lengths, in words, and whether each text is in them [N, R]."""
    from scipy.sparse import csc_matrix

    ends = _upper_ends(lengths)
    starts = [0, *(end + 1 for end in ends[:-1])]
    ranges = [(low, high) for low in starts for high in ends if low <= high]
    ranges.remove((starts[0], ends[-1]))
    inside = [(lengths >= low) & (lengths <= high) for low, high in ranges]
    names = [_range_name(low, high, ends[-1]) for low, high in ranges]
    columns = np.array(inside, np.int64).reshape(len(ranges), len(lengths)).T
    return names, csc_matrix(columns)


def _upper_ends(lengths: Any) -> list[int]:
    shares = np.arange(1, BINS + 1) / BINS
    return [int(end) for end in np.unique(np.quantile(lengths, shares, method="inverted_cdf"))]


def _range_name(low: int, high: int, longest: int) -> str:
    if high == longest:
        return f"{_tokens(low)} or more"
    if low == 0:
        return f"at most {_tokens(high)}" if high else "no tokens"
    return f"{low} to {_tokens(high)}" if low < high else _tokens(low)


def _tokens(count: int) -> str:
    return f"{count} token" if count == 1 else f"{count} tokens"
