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
    from scipy.sparse import csc_matrix
    from sklearn.feature_extraction.text import CountVectorizer

    if not any(tokens):
        return (), csc_matrix((len(tokens), 0), dtype=np.int64)
    counter = CountVectorizer(analyzer=list, binary=True, dtype=np.int64)
    presence = csc_matrix(counter.fit_transform(tokens))
    presence.sort_indices()
    return tuple(counter.get_feature_names_out().tolist()), presence
