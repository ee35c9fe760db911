"""Stores long columns of numbers in memory, or in unnamed temporary files.

Such a file takes space in its folder until the column is deleted or the process ends, however it ends.
"""

from __future__ import annotations

import tempfile
import weakref
from array import array
from mmap import ACCESS_COPY, mmap
from pathlib import Path
from typing import Literal, Protocol

from embedkit.files.system import read_at

Code = Literal["B", "i"]
"""Type code of a column's numbers, as in the module `array`: bytes or int32."""


class Column(Protocol):
    """Numbers of one type, one after another."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice) -> array[int]:
        """Return the numbers from `part.start` up to `part.stop`, in memory."""

    def extend(self, numbers: array[int]) -> None:
        """Add `numbers`, of the column's type, at the end."""

    def view(self) -> memoryview:
        """Return all bytes, read on access; afterwards the column cannot be extended any more."""


class Storage(Protocol):
    """Makes columns."""

    def column(self, code: Code) -> Column:
        """Make an empty column."""


class InMemory:
    """Stores columns in memory."""

    def column(self, code: Code) -> Column:
        """Make an empty column in memory."""
        return HeldColumn(code)


class HeldColumn:
    """A column in memory."""

    def __init__(self, code: Code) -> None:
        self._numbers = array(code)

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, part: slice) -> array[int]:
        return self._numbers[part]

    def extend(self, numbers: array[int]) -> None:
        """Add `numbers` at the end."""
        self._numbers.extend(numbers)

    def view(self) -> memoryview:
        """Return all bytes."""
        return memoryview(self._numbers).cast("B")


class OnDisk:
    """Stores columns in unnamed files in `folder`; None is the system's folder for temporary files."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    def column(self, code: Code) -> Column:
        """Make an empty column in a file. Raises OSError if no file can be made."""
        return FileColumn(code, self.folder)


class FileColumn:
    """A column in a file in `folder`. Raises OSError where there is no room."""

    def __init__(self, code: Code, folder: Path | None) -> None:
        self._code = code
        self._bytes = array(code).itemsize
        self._length = 0
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        weakref.finalize(self, self._file.close)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, part: slice) -> array[int]:
        begin, end, _ = part.indices(self._length)
        numbers = array(self._code)
        numbers.frombytes(read_at(self._file, (end - begin) * self._bytes, begin * self._bytes))
        return numbers

    def extend(self, numbers: array[int]) -> None:
        """Add `numbers` at the end."""
        left = memoryview(numbers).cast("B")
        while left:
            left = left[self._file.write(left) :]
        self._length += len(numbers)

    def view(self) -> memoryview:
        """Return all bytes, memory-mapped."""
        return memoryview(mmap(self._file.fileno(), 0, access=ACCESS_COPY) if self._length else bytearray())


def storage_of(in_memory: bool, folder: Path | None) -> Storage:
    """Return storage in memory, or else in files in `folder`, as OnDisk takes it."""
    return InMemory() if in_memory else OnDisk(folder)
