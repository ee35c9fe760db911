"""Which words are in which texts, as a sparse matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csc_matrix

Tokens = tuple[str, ...]


def word_presence(tokens: Sequence[Tokens]) -> tuple[tuple[str, ...], csc_matrix[Any]]:
    """Return W words in alphabetical order, and whether each is in each text: 0 or 1, int64 [N, W]."""
    from scipy.sparse import csr_matrix

    distinct = [[*dict.fromkeys(each)] for each in tokens]
    words = sorted({word for each in distinct for word in each})
    place = {word: column for column, word in enumerate(words)}
    columns = [place[word] for each in distinct for word in each]
    ends = np.cumsum([0, *map(len, distinct)])
    ones = np.ones(len(columns), np.int64)
    presence = csr_matrix((ones, columns, ends), shape=(len(tokens), len(words))).tocsc()
    presence.sort_indices()
    return tuple(words), presence
