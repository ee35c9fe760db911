"""A check of word vectors for implausible values, before a model is trained on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embedkit.errors import Fault

if TYPE_CHECKING:
    from embedkit.model.table import EmbeddingTable

LEAST, MOST = 1e-6, 1e6
"""Range of the greatest absolute value in a trained vector."""

SHOWN = 5


def check_lengths(table: EmbeddingTable) -> list[Fault]:
    """Check the vectors that a source gave for a table; return a fault if their values are implausible.

    That is, if any vector has an absolute value over 1e6, or no vector one of 1e-6 or more. Only found and
    recovered rows are checked; if all of them are zero, there is no fault.
    """
    vectors, words = table.vectors, table.rows.words
    rows = [row for row, each in enumerate(table.rows.origin) if each in ("found", "recovered")]
    greatest = np.maximum(vectors.max(axis=1, initial=0), -vectors.min(axis=1, initial=0))[rows]
    if not greatest.any():
        return []
    hint = "`embedkit vectors check FILE` reads all of a file: is it damaged, of another type or byte order?"
    if greatest.max() < LEAST:
        what = f"no vector has a value over {LEAST:.0e}: no training gives such"
        return [Fault(what, where="embedding", hint=hint)]
    long = np.flatnonzero(greatest > MOST).tolist()
    if not long:
        return []
    few = ", ".join(f"{words[rows[i]]!r} {greatest[i]:.1e}" for i in long[:SHOWN])
    what = f"{len(long):,} vectors have values over {MOST:,.0f}, which no training gives: {few}"
    return [Fault(what, where="embedding", hint=hint)]
