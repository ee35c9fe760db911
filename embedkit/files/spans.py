"""Reads many short parts of a file; parts that lie close together are read at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from embedkit.files.system import OpenFile, read_each

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    IntArray = NDArray[np.int64]

GAP = 1 << 12
"""Bytes between two parts that are read along: copying them takes as long as asking the system once more."""

BATCH = 1 << 18
"""Bytes that are in memory at once, unless one part alone is longer: they stay in the processor's cache."""


class Parts(NamedTuple):
    """The parts from number `first` up to `last`, in memory: `begins` says where each one begins in `data`.

    `data` is uint8 [n], read-only.
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

        shape = (len(self.data) - size + 1, size)  # a window from every byte: sliding_window_view, but fast
        windows: NDArray[np.uint8] = np.ndarray(shape, np.uint8, self.data, strides=(1, 1))
        rows: NDArray[np.uint8] = windows[self.begins + shifts]
        return rows


def read_parts(file: OpenFile, begins: IntArray, ends: IntArray) -> Iterator[Parts]:
    """Yield all parts of a file from `begins` up to `ends`, a batch at a time.

    `begins` is in ascending order; parts may overlap. Raises EOFError if the file ends before a part does,
    and OSError if it cannot be read.
    """
    import numpy as np

    if not len(begins):
        return
    firsts = _first_parts(begins, ends)
    offsets, bounds = begins[firsts], np.append(firsts, len(begins))
    sizes = np.maximum.reduceat(ends, firsts) - offsets
    starts = np.cumsum(sizes) - sizes
    places = begins + np.repeat(starts - offsets, np.diff(bounds))  # in all that is read
    batches = [*np.flatnonzero(np.diff(starts // BATCH, prepend=-1)).tolist(), len(offsets)]
    for batch in map(slice, batches, batches[1:]):
        data = _read(file, offsets[batch], sizes[batch])
        first, last = int(bounds[batch.start]), int(bounds[batch.stop])
        yield Parts(first, last, data, places[first:last] - starts[batch.start])


def _first_parts(begins: IntArray, ends: IntArray) -> IntArray:
    """Return the first part of each read: one read is for parts that lie close together, up to a batch."""
    import numpy as np

    furthest = np.maximum.accumulate(ends)
    apart = np.concatenate([[True], begins[1:] > furthest[:-1] + GAP])
    run = np.cumsum(apart) - 1
    within_run = (begins - begins[apart][run]) // BATCH
    return np.flatnonzero(apart | np.concatenate([[True], np.diff(within_run) > 0]))


def _read(file: OpenFile, offsets: IntArray, sizes: IntArray) -> NDArray[np.uint8]:
    import numpy as np

    data = np.frombuffer(read_each(file, sizes.tolist(), offsets.tolist()), np.uint8)
    if len(data) < sizes.sum():
        raise EOFError(f"the file ends before byte {int((offsets + sizes).max()):,}")
    return data
