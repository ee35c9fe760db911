"""Texts that occur more than once, found by a digest of 16 bytes for each: no text need stay in memory."""

from __future__ import annotations

from array import array
from collections import defaultdict
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.data.examples import Examples

BYTES = 16
"""Two different texts among n have the same digest by a chance of n² / 2¹²⁹."""


def alike(examples: Examples) -> list[list[int]]:
    """The rows of examples that have the same text, two or more each time, in the order of the first ones.

    Empty texts are left out, here as below.
    """
    import numpy as np

    digests, rows = _digests(examples)
    _, kind, counts = np.unique(digests, return_inverse=True, return_counts=True)
    groups: dict[int, list[int]] = defaultdict(list)
    again = np.flatnonzero(counts[kind] > 1)
    for row, of in zip(rows[again].tolist(), kind[again].tolist(), strict=True):
        groups[of].append(row)
    return [*groups.values()]


def shared_texts(some: Examples, others: Examples) -> list[tuple[int, int]]:
    """Of each row of `others` whose text is among `some` too the first row there, and the row itself."""
    import numpy as np

    (digests, rows), (asked, own) = _digests(some), _digests(others)
    known, first = np.unique(digests, return_index=True)
    if not len(known):
        return []
    place = np.searchsorted(known, asked).clip(max=len(known) - 1)
    there = np.flatnonzero(known[place] == asked)
    return [*zip(rows[first[place[there]]].tolist(), own[there].tolist(), strict=True)]


def _digests(examples: Examples) -> tuple[NDArray[Any], NDArray[Any]]:
    """The digest of each text that is not empty, 16 bytes [m], and its row, int64 [m]."""
    import numpy as np

    made, rows = bytearray(), array("q")
    for row, text in enumerate(examples.texts):
        if text.strip():
            made += blake2b(text.encode(errors="surrogatepass"), digest_size=BYTES).digest()
            rows.append(row)
    return np.frombuffer(made, f"S{BYTES}"), np.frombuffer(rows, np.int64)
