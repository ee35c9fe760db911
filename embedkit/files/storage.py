"""Where long columns of numbers are put: into memory, or into files without a name.

Such a file takes room in its folder until the column is gone, or the process, however that ends.
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
"""Of which type numbers are, as `array` calls it: bytes, or int32."""


class Column(Protocol):
    """Numbers of one type, one after another."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice) -> array[int]:
        """The numbers from `part.start` up to `part.stop`, in memory."""

    def extend(self, numbers: array[int]) -> None:
        """Put `numbers`, of the column's type, after the others."""

    def view(self) -> memoryview:
        """All bytes, read when they are looked at; nothing can be put behind them any more."""


class Storage(Protocol):
    """Makes columns."""

    def column(self, code: Code) -> Column:
        """A column without numbers."""


class InMemory:
    """Puts columns into memory."""

    def column(self, code: Code) -> Column:
        """A column without numbers."""
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
        """Put `numbers` after the others."""
        self._numbers.extend(numbers)

    def view(self) -> memoryview:
        """All bytes."""
        return memoryview(self._numbers).cast("B")


class OnDisk:
    """Puts columns into files in `folder`; None is the system's for temporary files."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    def column(self, code: Code) -> Column:
        """A column without numbers. Raises OSError where no file can be made."""
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
        """Put `numbers` after the others."""
        left = memoryview(numbers).cast("B")
        while left:
            left = left[self._file.write(left) :]
        self._length += len(numbers)

    def view(self) -> memoryview:
        """All bytes, mapped."""
        return memoryview(mmap(self._file.fileno(), 0, access=ACCESS_COPY) if self._length else bytearray())


def storage_of(in_memory: bool, folder: Path | None) -> Storage:
    """Memory, or else files in `folder`, as `OnDisk` takes it."""
    return InMemory() if in_memory else OnDisk(folder)
