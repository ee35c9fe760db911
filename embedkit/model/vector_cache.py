"""Vectors of texts in the cache: shards that are written once, in which each text is found by its digest.

A shard has the digests of its texts in ascending order; for each text the number of its vectors and a
checksum, of its digest and its vectors; and all vectors. A text is verified when it is read, and nothing else
of the vectors is read. Shards are never changed; many small ones, and damaged ones, are written anew as one.
The texts themselves are not in the cache.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from isal import isal_zlib

from embedkit.files.arrays import ArrayParts, DamagedError, parts_of_arrays
from embedkit.files.cache import cache_folder, one_at_a_time
from embedkit.files.system import remove
from embedkit.vectors.lookup.row_cache import CachedArrays, mark_used

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.interfaces import IntArray

    Values = NDArray[np.floating[Any]]

log = logging.getLogger(__name__)

KEY = 16
"""Bytes of the digest of a text."""

SMALL = 4 << 20
"""Bytes below which a shard is small."""

MOST_SMALL = 16
"""Small shards that may be there before they become one."""

_SHARD = re.compile(r"encoded-[0-9a-f]{16}")
_AGE = 13
"""Hexadecimal digits of a shard's name that tell when its oldest vectors were written, in microseconds."""


def key_of(text: str) -> bytes:
    """Return the digest by which a text is found."""
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=KEY).digest()


class VectorCache:
    """The vectors of texts that a text encoder gave; `about` identifies it, and how it gave them.

    The vectors of a text are of `dtype` and [T, dim]. `source`, which is what made them, is named in the log
    and in the list of the cache. Of a text that was written twice, the vectors written first are read.
    """

    def __init__(self, about: str, dim: int, dtype: np.dtype[Any], source: str) -> None:
        self.folder = f"encoded/{hashlib.sha256(about.encode()).hexdigest()[:32]}"
        self._path = cache_folder() / self.folder
        self._about, self._source = about, source
        self._dim, self._dtype = dim, dtype
        self._shards: dict[str, Shard] = {}
        self._damaged: set[str] = set()
        self._writable = True

    def alone(self) -> AbstractContextManager[None]:
        """Let only one process at a time run the block, where that is possible."""
        return one_at_a_time(self.folder)

    def read(self, keys: Sequence[bytes]) -> dict[bytes, Values]:
        """Return the vectors of the texts with these keys, of those that are there and intact."""
        found: dict[bytes, Values] = {}
        for name in self._names():
            missing = [key for key in keys if key not in found]
            if not missing:
                break
            found |= self._read(name, missing)
        return found

    def keep(self, vectors: Mapping[bytes, Values]) -> None:
        """Write the vectors of texts, by key, if that is possible. No other process may write meanwhile."""
        if not vectors or not self._writable:
            return
        old = self._worth_merging()
        merged = {**vectors, **self._intact(old)}
        name = _new_name(old)
        arrays = _packed(merged, self._dim, self._dtype)
        entry = CachedArrays(f"{self.folder}/{name}", self._about, "vectors of texts", self._source)
        self._writable = entry.keep(arrays)
        if self._writable:
            for each in old:
                self._remove(each)

    def _names(self) -> list[str]:
        """Return the names of the shards, the oldest first."""
        try:
            return sorted(path.name for path in self._path.iterdir() if _SHARD.fullmatch(path.name))
        except OSError:
            return []

    def _read(self, name: str, keys: Sequence[bytes] | None = None) -> dict[bytes, Values]:
        """Return the vectors that are intact in a shard: those of `keys`, or of all texts if it is None."""
        found: dict[bytes, Values] = {}
        try:
            with parts_of_arrays(self._path / name, self._about) as parts:
                shard = self._shards.get(name) or Shard.of(parts, self._dim, self._dtype)
                self._shards[name] = shard
                rows = shard.rows_of(keys) if keys is not None else range(len(shard.lengths))
                found.update(self._intact_rows(name, parts, rows))
        except FileNotFoundError:
            self._shards.pop(name, None)
        except (DamagedError, OSError) as error:
            self._warn(name, error)
        if found:
            mark_used(self._path / name)
        return found

    def _intact_rows(
        self, name: str, parts: ArrayParts, rows: Sequence[int]
    ) -> Iterator[tuple[bytes, Values]]:
        """Yield the keys and the vectors of those of a shard's texts that are intact."""
        for row in rows:
            try:
                yield self._shards[name].text(parts, row)
            except DamagedError as error:
                self._warn(name, error)

    def _warn(self, name: str, error: Exception) -> None:
        if name not in self._damaged:
            log.warning("%s: vectors cannot be used: %s; encoding texts again", self._path / name, error)
        if isinstance(error, DamagedError):
            self._damaged.add(name)

    def _worth_merging(self) -> list[str]:
        """Return the names of the damaged shards and, if they are many, of the small ones; oldest first."""
        small = {name for name in self._names() if self._size(name) < SMALL}
        return sorted(self._damaged | (small if len(small) >= MOST_SMALL else set()))

    def _size(self, name: str) -> int:
        try:
            return (self._path / name).stat().st_size
        except OSError:
            return SMALL

    def _intact(self, names: Sequence[str]) -> dict[bytes, Values]:
        """Return the vectors of all texts in shards that are intact; of a text that is in two, the older."""
        intact: dict[bytes, Values] = {}
        for name in reversed(names):
            intact |= self._read(name)
        return intact

    def _remove(self, name: str) -> None:
        with suppress(OSError):  # it is read just now, on Windows
            remove(self._path / name)
        self._shards.pop(name, None)
        self._damaged.discard(name)


@dataclass(frozen=True)
class Shard:
    """What a shard holds of m texts, besides their vectors.

    `keys` are big-endian uint64 [m, 2], ascending. `begins` and `lengths` int64 [m] tell where the vectors of
    each text begin, and how many it has; `checksums` are uint32 [m].
    """

    keys: NDArray[np.uint64]
    begins: IntArray
    lengths: IntArray
    checksums: NDArray[np.uint32]

    @classmethod
    def of(cls, parts: ArrayParts, dim: int, dtype: np.dtype[Any]) -> Shard:
        """Read all but the vectors. Raises DamagedError unless the arrays are those of a shard."""
        keys, lengths, checksums = map(parts.whole, ("keys", "lengths", "checksums"))
        told = [(each.dtype.str, each.shape) for each in (keys, lengths, checksums)]
        m = len(keys)
        vectors = parts.described.get("vectors")
        fits = told == [(">u8", (m, 2)), ("<i8", (m,)), ("<u4", (m,))]
        if not fits or vectors is None or (vectors.dtype, vectors.shape[1:]) != (dtype, (dim,)):
            raise DamagedError("it has other arrays")
        return cls(keys, lengths.cumsum() - lengths, lengths, checksums)

    def rows_of(self, keys: Sequence[bytes]) -> list[int]:
        """Return the rows of those of `keys` that are in the shard."""
        if not len(self.keys):
            return []
        wanted = np.frombuffer(b"".join(keys), ">u8").reshape(-1, 2)
        rows = np.searchsorted(self.keys[:, 0], wanted[:, 0]).clip(max=len(self.keys) - 1)
        found: list[int] = rows[(self.keys[rows] == wanted).all(1)].tolist()
        return found

    def text(self, parts: ArrayParts, row: int) -> tuple[bytes, Values]:
        """Return the key and the vectors [T, D] of a text. Raises DamagedError if they are not intact."""
        key, begin = self.keys[row].tobytes(), int(self.begins[row])
        vectors = parts.read("vectors", begin, begin + int(self.lengths[row]))
        if _checksum(key, vectors) != self.checksums[row]:
            raise DamagedError("a checksum is wrong")
        return key, vectors


def _packed(vectors: Mapping[bytes, Values], dim: int, dtype: np.dtype[Any]) -> dict[str, NDArray[Any]]:
    """Return the arrays of a shard."""
    keys = sorted(vectors)
    each = [vectors[key] for key in keys]
    return {
        "keys": np.frombuffer(b"".join(keys), ">u8").reshape(-1, 2),
        "lengths": np.fromiter(map(len, each), "<i8", len(each)),
        "checksums": np.fromiter(map(_checksum, keys, each), "<u4", len(each)),
        "vectors": np.concatenate([np.empty((0, dim), dtype), *each]),
    }


def _checksum(key: bytes, vectors: Values) -> int:
    return isal_zlib.crc32(
        np.ascontiguousarray(vectors).reshape(-1).view(np.uint8).data, isal_zlib.crc32(key)
    )


def _new_name(old: Sequence[str]) -> str:
    """Return a name for a shard that takes the place of the `old` ones, if there are any."""
    age = old[0].rpartition("-")[2][:_AGE] if old else f"{time.time_ns() // 1000:0{_AGE}x}"
    return f"encoded-{age}{int.from_bytes(os.urandom(2)) % 4096:03x}"
