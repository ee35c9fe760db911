"""Random rows that depend on a key and the word alone, not on the other words or their order.

The bits are SHAKE-128 (FIPS 202) of the key, a zero byte and the word in NFC and UTF-8, read as little-endian
32-bit numbers, one for each dimension.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import shake_128
from typing import TYPE_CHECKING

from embedkit.plugin_api import compose
from embedkit_oov.filling import BLOCK

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.plugin_api import FloatArray

    Bits = NDArray[np.uint32]


def uniform(words: Sequence[str], dim: int, key: bytes) -> FloatArray:
    """Return rows float32 [n, dim], uniform on [-1, 1) in steps of 2**-23: the same bits everywhere."""
    import numpy as np

    return _rows(words, dim, key, lambda bits: (bits >> 8).astype(np.float32) * np.float32(2**-23) - 1)


def standard_normal(words: Sequence[str], dim: int, key: bytes) -> FloatArray:
    """Return rows float32 [n, dim], normal with mean 0 and deviation 1: quantiles of uniform numbers."""
    from scipy.special import ndtri

    return _rows(words, dim, key, lambda bits: ndtri((bits + 0.5) * 2**-32))


def _rows(
    words: Sequence[str], dim: int, key: bytes, distribution: Callable[[Bits], NDArray[np.floating]]
) -> FloatArray:
    import numpy as np

    rows = np.empty((len(words), dim), dtype=np.float32)
    for start in range(0, len(words), BLOCK):
        block = words[start : start + BLOCK]
        rows[start : start + len(block)] = distribution(_bits(block, dim, key))
    return rows


def _bits(words: Sequence[str], dim: int, key: bytes) -> Bits:
    import numpy as np

    keyed = shake_128(key + b"\0")
    digests = []
    for word in words:
        bits = keyed.copy()
        bits.update(compose(word).encode("utf-8", "surrogatepass"))
        digests.append(bits.digest(4 * dim))
    return np.frombuffer(b"".join(digests), dtype="<u4").reshape(len(words), dim)
