"""What a text encoder reads of words: each alone, or in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedkit.plugin_api import InMemory, Pieces, TextModel, encode_texts
from embedkit_distilled.sentences import aligned, choose

if TYPE_CHECKING:
    from embedkit.plugin_api import BoolArray, FloatArray, IntArray, Progress

TEXTS = 4096
"""Texts whose states are in memory at once."""


@dataclass(frozen=True)
class Known:
    """What a text encoder knows of n words.

    `known` bool [n]: it has a piece for at least a part of the word; `cut` bool [n]: the word is longer than
    it can read.
    """

    known: BoolArray
    cut: BoolArray

    @classmethod
    def of(cls, pieces: Pieces) -> Known:
        """Return what is known of words that were split into `pieces`, each as a text."""
        import numpy as np

        word = np.repeat(np.arange(len(pieces.lengths)), pieces.lengths)
        own = (pieces.words >= 0) & ~pieces.unknown
        known = np.bincount(word[own], minlength=len(pieces.lengths)) > 0
        return cls(known, pieces.read < np.fromiter(map(len, pieces.tokens), np.int64, len(known)))


def read_alone(model: TextModel, words: Sequence[str], progress: Progress) -> FloatArray:
    """Return the model's pooled vector of each word, as a text of its own, float32 [n, D]."""
    return encode_texts(model, words, pooled=True, storage=InMemory(), progress=progress).values


def read_in_sentences(
    model: TextModel, words: Sequence[str], texts: Sequence[Sequence[str]], most: int, progress: Progress
) -> tuple[FloatArray, IntArray]:
    """Return the mean state of each word over up to `most` of its occurrences in `texts`, float32 [n, D].

    The model reads the tokens of a text joined by spaces; the state of a token is the mean state of the
    model's words that overlap it. The second array counts the occurrences that were read, int64 [n]: none
    where all are beyond the model's positions, and the vector is then zero.
    """
    import numpy as np

    chosen = choose(words, texts, most)
    sums, counts = np.zeros((len(words), model.dim)), np.zeros(len(words), np.int64)
    numbers = sorted(chosen)
    for first in range(0, len(numbers), TEXTS):
        some = numbers[first : first + TEXTS]
        for number, states in zip(some, _states(model, [texts[i] for i in some]), strict=True):
            for position, word in chosen[number]:
                if rows := states.rows[position]:
                    sums[word] += states.values[rows].mean(axis=0)
                    counts[word] += 1
        progress(first + len(some), len(numbers))
    return (sums / np.maximum(counts, 1)[:, None]).astype(np.float32), counts


@dataclass(frozen=True)
class TokenStates:
    """The states of a text's tokens: `values` [S, D] of the model's words, and for each token the rows of
    those that overlap it.
    """

    values: FloatArray
    rows: Sequence[Sequence[int]]


def _states(model: TextModel, texts: Sequence[Sequence[str]]) -> Iterator[TokenStates]:
    """Yield the states of the tokens of each text."""
    import numpy as np

    joined = [" ".join(tokens) for tokens in texts]
    encoded, pieces = encode_texts(model, joined, pooled=False, storage=InMemory()), model.pieces(joined)
    end = 0
    for tokens, words, length in zip(texts, pieces.tokens, encoded.lengths.tolist(), strict=True):
        begin, end = end, end + length
        values = encoded.values[begin:end]
        without_pieces = {*np.flatnonzero(~np.any(values, axis=1)).tolist()}
        rows = [[row for row in own if row not in without_pieces] for own in aligned(tokens, words[:length])]
        yield TokenStates(values, rows)
