"""Locks that processes take by a file, which is there for as long as somebody has it or looks for it.

Linux and macOS remove a file that is open: whoever has the lock removes the file, and then gives up the lock,
and who opened the file before finds that it is gone. Windows removes only what nobody has open: who closes
the file last removes it.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from embedkit.files.system import moves_open_files, patiently, try_lock, unlock

_ATTEMPTS = 100
"""How often the file is opened, while others remove it before it is locked."""


@dataclass(frozen=True)
class Lock:
    """A lock on an open file, which is `removed` with the lock if that is its path."""

    descriptor: int
    removed: Path | None = None

    def release(self) -> None:
        """Give up the lock."""
        if self.removed and moves_open_files() and is_at(self.descriptor, self.removed):
            _remove(self.removed)
        unlock(self.descriptor)
        if self.removed and not moves_open_files():
            _remove(self.removed)


def take(path: Path, warn: bool = True) -> Lock | None:
    """Make the file `path` if there is none, and lock it; return None if another process has the lock.

    Where the file system has no locks, everybody has one, and is warned of it if `warn`. Raises OSError if
    the file cannot be made or locked.
    """
    for _ in range(_ATTEMPTS):
        descriptor = patiently(lambda: os.open(path, os.O_RDWR | os.O_CREAT, 0o666))
        if not try_lock(descriptor, warn=warn):
            os.close(descriptor)
            if not moves_open_files():  # whoever has the lock may have tried to remove the file just now
                _remove(path)
            return None
        if is_at(descriptor, path):
            return Lock(descriptor, path)
        unlock(descriptor)
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK), str(path))


def is_at(descriptor: int, path: Path) -> bool:
    """Return whether an open file is the file that is at `path` now."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except OSError:
        return False


def _remove(path: Path) -> None:
    """Remove a file; on Windows, unless a process has it open."""
    with suppress(OSError):
        path.unlink()
