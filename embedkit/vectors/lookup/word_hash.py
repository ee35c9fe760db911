"""A 64-bit hash of many words at once, the same in every process. Equal hashes do not prove equal words."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.interfaces import IntArray

    Hashes = NDArray[np.uint64]

MULTIPLIER = 0x9E3779B97F4A7C15
_MASK = 2**64 - 1


def hash_words(joined: bytes) -> Hashes:
    """Return the hash of each word, uint64 [n]; `joined` are the words, joined by spaces.

    The hash is a polynomial in the bytes of the word, modulo 2**64, mixed by the last steps of splitmix64.
    """
    import numpy as np

    starts, ends = word_bounds(joined)
    sizes = ends - starts + 1
    codes = np.frombuffer(joined + b" ", np.uint8)
    places = np.arange(len(codes)) - np.repeat(starts, sizes)
    terms = _powers(int(sizes.max()))[places]
    terms *= codes
    return _mix(np.add.reduceat(terms, starts))


def word_bounds(joined: bytes) -> tuple[IntArray, IntArray]:
    """Return where each word begins and ends in `joined`, the words joined by spaces: int64 [n] each."""
    import numpy as np

    starts = np.flatnonzero(np.frombuffer(b" " + joined, np.uint8) == ord(" "))
    ends = np.empty_like(starts)
    ends[:-1] = starts[1:] - 1
    ends[-1] = len(joined)
    return starts, ends


def _mix(sums: Hashes) -> Hashes:
    import numpy as np

    sums ^= sums >> np.uint64(30)
    sums *= np.uint64(0xBF58476D1CE4E5B9)
    sums ^= sums >> np.uint64(27)
    sums *= np.uint64(0x94D049BB133111EB)
    sums ^= sums >> np.uint64(31)
    return sums


def _powers(count: int) -> Hashes:
    return _power_table(1 << count.bit_length())


@lru_cache(maxsize=8)
def _power_table(count: int) -> Hashes:
    import numpy as np

    powers, power = [], MULTIPLIER
    for _ in range(count):
        powers.append(power)
        power = power * MULTIPLIER & _MASK
    return np.array(powers, np.uint64)
