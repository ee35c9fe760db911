"""Arrays in a file of the cache: written as a whole or not at all, and checked when they are read.

The file has a line with the format's name and a CRC-32; a line of JSON that tells what the arrays were
computed from, their names, types and shapes; then their bytes. The checksum covers everything after its line.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader
from itertools import accumulate
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from embedkit.files.atomic import written_whole
from embedkit.files.system import read_at

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAGIC = "embedkit-arrays-1"

BLOCK = 1 << 18
"""Bytes that are in memory at once where arrays are read in blocks: they stay in the processor's cache."""

_TYPES = frozenset(f"{order}{kind}{size}" for order in "<>|" for kind in "biuf" for size in (1, 2, 4, 8))

DESCRIPTION = 1 << 16
"""Bytes that the description has at most: it holds a path."""


class DamagedError(Exception):
    """A file in the cache is damaged, or is about something else than it should be."""


def write_arrays(path: Path, about: str, arrays: Mapping[str, NDArray[Any]], source: str = "") -> int:
    """Write `arrays` to `path` atomically, and return the size of the file in bytes.

    `about` identifies what they were computed from, `source` names the file they were made of. Raises OSError
    if there is no room or no permission.
    """
    described = {name: [array.dtype.str, array.shape] for name, array in arrays.items()}
    description = json.dumps([about, described, source]).encode() + b"\n"
    parts: list[Any] = [description, *map(_bytes, arrays.values())]
    with written_whole(path, durable=False) as file:
        file.write(f"{MAGIC} {_checksum(parts):08x}\n".encode())
        file.writelines(parts)
        return file.tell()


def read_arrays(path: Path, about: str, mapped: bool = False) -> dict[str, NDArray[Any]]:
    """Return the arrays in `path`, in memory or memory-`mapped`.

    Raises DamagedError if they are cut, changed, of another version or about something else than `about`, and
    FileNotFoundError if there is no such file.
    """
    with path.open("rb") as file:
        checksum, description = _head(file)
        with _description():
            read = _map if mapped else _read
            arrays = {name: read(file, each) for name, each in _described(file, description).items()}
        _verify(file, checksum, _checksum([description, *map(_bytes, arrays.values())]))
    _compare(description, about)
    return arrays


class ArrayStream:
    """The arrays in a file, read from front to back, a block at a time: this takes little memory.

    `described` are their types and shapes, by name, in the order in which they must be read. What was read
    may be used only after `verify`.
    """

    def __init__(self, file: BufferedReader, about: str) -> None:
        self._file, self._about = file, about
        self._expected, self._description = _head(file)
        with _description():
            self.described = _described(file, self._description)
        self._checksum = _checksum([self._description])

    def blocks(self, name: str) -> Iterator[tuple[int, NDArray[Any]]]:
        """Yield the next array, `name`, in blocks: the number of the first element, and the elements, [n].

        A block is valid only until the next one is read. Raises DamagedError if the file is cut.
        """
        import numpy as np

        dtype, shape = self.described[name]
        count, most = math.prod(shape), max(1, BLOCK // max(1, dtype.itemsize))
        buffer = np.empty(min(count, most), dtype)
        for first in range(0, count, most):
            block = buffer[: count - first]
            _fill(self._file, block)
            self._checksum = _checksum([_bytes(block)], self._checksum)
            yield first, block

    def take(self, name: str, positions: NDArray[np.int64]) -> NDArray[Any]:
        """Return the elements of the next array, `name`, at `positions`, which are in ascending order."""
        import numpy as np

        taken = np.empty(len(positions), self.described[name].dtype)
        for first, block in self.blocks(name):
            some = slice(*np.searchsorted(positions, [first, first + len(block)]))
            block.take(positions[some] - first, mode="clip", out=taken[some])  # damaged positions: see verify
        return taken

    def verify(self) -> None:
        """Raise DamagedError unless all arrays were read, and are intact and about what they should be."""
        _verify(self._file, self._expected, self._checksum)
        _compare(self._description, self._about)


@contextmanager
def streamed_arrays(path: Path, about: str) -> Iterator[ArrayStream]:
    """Open the arrays in `path`, to be read a block at a time.

    Raises DamagedError and FileNotFoundError as `read_arrays` does, but for a wrong checksum and another
    `about`, which `verify` finds.
    """
    with path.open("rb") as file:
        yield ArrayStream(file, about)


class ArrayParts:
    """The arrays in a file, of which parts are read: what is read is not verified.

    The checksum of the file covers all of it: arrays that are read in parts need checksums of their own.
    """

    def __init__(self, file: BufferedReader, about: str) -> None:
        self._file = file
        description = _head(file)[1]
        with _description():
            self.described = _described(file, description)
            _compare(description, about)
        sizes = [math.prod(shape) * dtype.itemsize for dtype, shape in self.described.values()]
        begins = accumulate(sizes, initial=file.tell())
        self._begins = dict(zip(self.described, begins, strict=False))

    def read(self, name: str, begin: int, end: int) -> NDArray[Any]:
        """Return the rows of an array from `begin` to `end`. Raises DamagedError if they are not there."""
        import numpy as np

        dtype, shape = self._of(name)
        if not 0 <= begin <= end <= shape[0]:
            raise DamagedError(f"it has no rows {begin} to {end}")
        size = math.prod(shape[1:]) * dtype.itemsize
        data = bytearray(read_at(self._file, (end - begin) * size, self._begins[name] + begin * size))
        if len(data) != (end - begin) * size:
            raise DamagedError("it was cut short")
        return np.frombuffer(data, dtype).reshape(end - begin, *shape[1:])

    def whole(self, name: str) -> NDArray[Any]:
        """Return all rows of an array. Raises DamagedError if the file is cut, or has no such array."""
        return self.read(name, 0, self._of(name).shape[0])

    def _of(self, name: str) -> Described:
        described = self.described.get(name)
        if described is None or not described.shape:
            raise DamagedError(f"it has no rows of '{name}'")
        return described


@contextmanager
def parts_of_arrays(path: Path, about: str) -> Iterator[ArrayParts]:
    """Open the arrays in `path`, to be read in parts that are not verified.

    Raises DamagedError if the description is damaged, or about something else than `about`, and
    FileNotFoundError if there is no such file.
    """
    with path.open("rb") as file:
        yield ArrayParts(file, about)


def source_of(path: Path) -> str | None:
    """Return the file of which the arrays in `path` were made; None if it cannot be told."""
    try:
        with path.open("rb") as file:
            file.readline(64)
            _, _, source = json.loads(file.readline(DESCRIPTION))
    except (OSError, ValueError, TypeError):
        return None
    return str(source) or None


class Described(NamedTuple):
    """The type and the shape of an array."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]


def _head(file: BufferedReader) -> tuple[str, bytes]:
    """Return the checksum that the file should have, and the description of its arrays."""
    magic, _, checksum = file.readline(64).decode("ascii", "replace").rstrip("\n").partition(" ")
    if magic != MAGIC:
        raise DamagedError("it is damaged, or of another version")
    return checksum, file.readline(DESCRIPTION)


@contextmanager
def _description() -> Iterator[None]:
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DamagedError("its description is damaged") from error


def _described(file: BufferedReader, description: bytes) -> dict[str, Described]:
    described = json.loads(description)[1]
    arrays = {
        name: Described(_dtype(dtype), tuple(map(index, shape))) for name, (dtype, shape) in described.items()
    }
    sizes = [math.prod(shape) * dtype.itemsize for dtype, shape in arrays.values()]
    if sum(sizes) > os.fstat(file.fileno()).st_size or min(sizes) < 0:
        raise DamagedError("it was cut short")
    return arrays


def _dtype(name: str) -> np.dtype[Any]:
    """Return the type of numbers called `name`. Raises ValueError for others: numpy evaluates such names."""
    import numpy as np

    if name not in _TYPES:
        raise ValueError(f"'{name}' is no type of numbers")
    return np.dtype(name)


def _read(file: BufferedReader, described: Described) -> NDArray[Any]:
    import numpy as np

    array = np.empty(described.shape, described.dtype)
    _fill(file, array)
    return array


def _fill(file: BufferedReader, array: NDArray[Any]) -> None:
    """Read the elements of `array`, or raise DamagedError if the file ends before."""
    if array.nbytes and file.readinto(_bytes(array)) != array.nbytes:
        raise DamagedError("it was cut short")


def _map(file: BufferedReader, described: Described) -> NDArray[Any]:
    import numpy as np

    dtype, shape = described
    begin = file.tell()
    if not math.prod(shape):
        return np.empty(shape, dtype)
    array: NDArray[Any] = np.memmap(file, dtype, "r", begin, shape)
    file.seek(begin + array.nbytes)
    return array


def _verify(file: BufferedReader, expected: str, checksum: int) -> None:
    """Raise DamagedError unless the file ends here and its checksum is the `expected` one."""
    if file.read(1) or f"{checksum:08x}" != expected:
        raise DamagedError("its checksum is wrong")


def _compare(description: bytes, about: str) -> None:
    if json.loads(description)[0] != about:
        raise DamagedError("it is about another file")


def _checksum(parts: list[Any], checksum: int = 0) -> int:
    from isal import isal_zlib

    for part in parts:
        checksum = isal_zlib.crc32(part, checksum)
    return checksum


def _bytes(array: NDArray[Any]) -> memoryview[Any]:
    import numpy as np

    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
