"""Reads many short parts of a file; parts that lie close together are read at once."""

from __future__ import annotations

from collections.abc import Iterator
from io import FileIO
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    IntArray = NDArray[np.int64]

GAP = 1 << 14
"""Bytes between two parts that are read along: copying them takes as long as asking the system once more."""

BATCH = 1 << 19
"""Bytes that are in memory at once, unless one part alone is longer: they stay in the processor's cache."""


class Parts(NamedTuple):
    """The parts from number `first` up to `last`, in memory: `begins` says where each one begins in `data`.

    `data`, uint8 [n], is valid only until the next parts are read.
    """

    first: int
    last: int
    data: NDArray[np.uint8]
    begins: IntArray

    def bytes_of(self, sizes: IntArray) -> NDArray[np.uint8]:
        """Return the first bytes of every part, concatenated; `sizes` says how many of each part."""
        import numpy as np

        shifts = self.begins - (np.cumsum(sizes) - sizes)
        places: IntArray = np.repeat(shifts, sizes) + np.arange(sizes.sum())
        return self.data[places]

    def rows(self, shifts: IntArray | int, size: int) -> NDArray[np.uint8]:
        """Return `size` bytes of every part, from `shifts` within the part on: uint8 [parts, size]."""
        import numpy as np

        windows: NDArray[np.uint8] = np.lib.stride_tricks.sliding_window_view(self.data, size)
        rows: NDArray[np.uint8] = windows[self.begins + shifts]
        return rows


class _Reads(NamedTuple):
    """The reads of a file: `sizes` bytes from `offsets` on, the first part of each read, and its batch."""

    offsets: IntArray
    sizes: IntArray
    firsts: IntArray
    batches: IntArray


def read_parts(file: FileIO, begins: IntArray, ends: IntArray) -> Iterator[Parts]:
    """Yield all parts of a file from `begins` up to `ends`, a batch at a time.

    `begins` is in ascending order; parts may overlap. The position of the file is moved. Raises EOFError if
    the file ends before a part does, and OSError if it cannot be read.
    """
    import numpy as np

    if not len(begins):
        return
    reads = _planned(begins, ends)
    edges = [*np.flatnonzero(np.diff(reads.batches, prepend=-1)).tolist(), len(reads.offsets)]
    totals = np.add.reduceat(reads.sizes, edges[:-1])
    buffer = np.empty(int(totals.max()), np.uint8)
    for some, total in zip(map(slice, edges, edges[1:]), totals.tolist(), strict=False):
        sizes = reads.sizes[some]
        _read(file, reads.offsets[some].tolist(), sizes.tolist(), buffer.data)
        first = int(reads.firsts[some.start])
        last = int(reads.firsts[some.stop]) if some.stop < len(reads.firsts) else len(begins)
        parts_of_reads = np.diff(reads.firsts[some], append=last)
        shifts = np.repeat(np.cumsum(sizes) - sizes - reads.offsets[some], parts_of_reads)
        yield Parts(first, last, buffer[:total], begins[first:last] + shifts)


def _planned(begins: IntArray, ends: IntArray) -> _Reads:
    """Make the reads: one for parts that lie close together, up to a batch, and batches of such reads."""
    import numpy as np

    furthest = np.maximum.accumulate(ends)
    apart = np.concatenate([[True], begins[1:] > furthest[:-1] + GAP])
    run = np.cumsum(apart) - 1
    within_run = (begins - begins[apart][run]) // BATCH
    firsts = np.flatnonzero(apart | np.concatenate([[True], np.diff(within_run) > 0]))
    sizes = np.maximum.reduceat(ends, firsts) - begins[firsts]
    return _Reads(begins[firsts], sizes, firsts, (np.cumsum(sizes) - sizes) // BATCH)


def _read(file: FileIO, offsets: list[int], sizes: list[int], view: memoryview) -> None:
    """Read into `view`, memory that is reused: allocating new memory takes as long as filling it."""
    at = 0
    for offset, size in zip(offsets, sizes, strict=True):
        file.seek(offset)
        end = at + size
        while at < end:
            count = file.readinto(view[at:end])
            if not count:
                raise EOFError(f"the file ends before byte {offset + size:,}")
            at += count
