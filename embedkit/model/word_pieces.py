"""The pieces of words: into how many pieces a text encoder splits each word, and whether it knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from embedkit.interfaces import BoolArray, IntArray, Pieces


@dataclass(frozen=True)
class WordPieces:
    """The W words of n texts, one text after another, as `Pieces.tokens` has them.

    `counts` int64 [W] is the number of pieces of each word, 0 for words that are not read, since the text is
    longer than the model's positions. `unknown` bool [W] tells words with an unknown piece. `lengths` int64
    [n] counts the words of each text, and `read` int64 [n] those that are read.
    """

    counts: IntArray
    unknown: BoolArray
    lengths: IntArray
    read: IntArray


def word_pieces(pieces: Pieces) -> WordPieces:
    """Return the number of pieces of each word, and whether any of them is unknown."""
    lengths = np.fromiter(map(len, pieces.tokens), np.int64, len(pieces.tokens))
    total = int(lengths.sum())
    of_words = np.asarray(pieces.words) >= 0
    rows = (np.repeat(lengths.cumsum() - lengths, pieces.lengths) + pieces.words)[of_words]
    unknown = np.bincount(rows[np.asarray(pieces.unknown)[of_words]], minlength=total) > 0
    counts = np.bincount(rows, minlength=total).astype(np.int64)
    return WordPieces(counts, unknown, lengths, np.asarray(pieces.read, np.int64))
