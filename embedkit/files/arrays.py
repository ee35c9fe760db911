"""Arrays in a file of the cache: written as a whole or not at all, and checked when they are read.

The file has a line with the format's name and a CRC-32; a line of JSON that tells what the arrays were
computed from, their names, types and shapes; then their bytes. The checksum covers everything after its line.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.files.atomic import written_whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAGIC = "embedkit-arrays-1"


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
        magic, _, checksum = file.readline(64).decode("ascii", "replace").rstrip("\n").partition(" ")
        if magic != MAGIC:
            raise DamagedError("it is damaged, or of another version")
        description = file.readline(DESCRIPTION)
        arrays = _read_all(file, description, _map if mapped else _read)
        if file.read(1) or f"{_checksum([description, *map(_bytes, arrays.values())]):08x}" != checksum:
            raise DamagedError("its checksum is wrong")
    if json.loads(description)[0] != about:
        raise DamagedError("it is about another file")
    return arrays


def source_of(path: Path) -> str | None:
    """Return the file of which the arrays in `path` were made; None if it cannot be told."""
    try:
        with path.open("rb") as file:
            file.readline(64)
            _, _, source = json.loads(file.readline(DESCRIPTION))
    except (OSError, ValueError, TypeError):
        return None
    return str(source) or None


Read = Callable[[BufferedReader, "np.dtype[Any]", tuple[int, ...]], "NDArray[Any]"]


def _read_all(file: BufferedReader, description: bytes, read: Read) -> dict[str, NDArray[Any]]:
    import numpy as np

    try:
        described = json.loads(description)[1]
        arrays = {name: (np.dtype(dtype), shape) for name, (dtype, shape) in described.items()}
        sizes = [math.prod(shape) * dtype.itemsize for dtype, shape in arrays.values()]
        if sum(sizes) > os.fstat(file.fileno()).st_size or min(sizes) < 0:
            raise DamagedError("it was cut short")
        return {name: read(file, dtype, tuple(shape)) for name, (dtype, shape) in arrays.items()}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DamagedError("its description is damaged") from error


def _read(file: BufferedReader, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    import numpy as np

    array = np.empty(shape, dtype)
    if array.nbytes and file.readinto(_bytes(array)) != array.nbytes:
        raise DamagedError("it was cut short")
    return array


def _map(file: BufferedReader, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    import numpy as np

    begin = file.tell()
    if not math.prod(shape):
        return np.empty(shape, dtype)
    array: NDArray[Any] = np.memmap(file, dtype, "r", begin, shape)
    file.seek(begin + array.nbytes)
    return array


def _checksum(parts: list[Any]) -> int:
    from isal import isal_zlib

    checksum = 0
    for part in parts:
        checksum = isal_zlib.crc32(part, checksum)
    return checksum


def _bytes(array: NDArray[Any]) -> memoryview[Any]:
    import numpy as np

    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
