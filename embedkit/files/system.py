"""What operating systems do differently with files. Nothing else in embedkit names a POSIX-only function."""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

fcntl: Any
try:
    import fcntl as _fcntl

    fcntl = _fcntl
except ModuleNotFoundError:
    fcntl = None

PATIENCE = 2.0
"""Seconds to wait for a file that another program holds open, on systems that refuse to replace one."""

_REFUSES_OPEN_FILES = os.name == "nt"

_seeking = threading.Lock()

_NO_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK, errno.EINVAL)
_LOCKED_BYTE = 1 << 30
"""Which byte is locked on Windows, where nobody else can read one that is: one behind the file's end."""

log = logging.getLogger(__name__)


class OpenFile(Protocol):
    """A file of the operating system."""

    def fileno(self) -> int: ...


def read_at(file: OpenFile, size: int, offset: int) -> bytes:
    """Return `size` bytes from `offset` on, fewer where the file ends before; its position stays.

    Raises OSError where the file cannot be read.
    """
    parts: list[bytes] = []
    while size > 0:
        part = _read_once(file.fileno(), size, offset)
        if not part:
            break
        parts.append(part)
        offset += len(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _seek_and_read(descriptor: int, size: int, offset: int) -> bytes:
    with _seeking:
        before = os.lseek(descriptor, 0, os.SEEK_CUR)
        try:
            os.lseek(descriptor, offset, os.SEEK_SET)
            return os.read(descriptor, size)
        finally:
            os.lseek(descriptor, before, os.SEEK_SET)


_read_once = getattr(os, "pread", _seek_and_read)
"""Windows has no `pread`."""


def sync(path: Path) -> None:
    """Make a file, or the names in a directory, durable.

    Where a directory cannot be opened, as on Windows, the system keeps its names by itself.
    Raises OSError where the file cannot be written through.
    """
    if path.is_dir():
        with suppress(PermissionError):
            _sync(path, os.O_RDONLY)
    else:
        _sync(path, os.O_RDWR)  # Windows refuses to sync what was opened to be read


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(source: Path, target: Path) -> None:
    """Give `source` the name `target`, in one step and in place of a file that has it.

    Windows refuses while a program has either of them open, if only to look for viruses: this is tried again
    for two seconds. Raises OSError where it stays refused.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            source.replace(target)
        except PermissionError:
            if not _REFUSES_OPEN_FILES or time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def folder_of_nameless_files(folder: Path) -> Path | None:
    """Return where files without a name go that belong to `folder`: None for the system's temporary folder.

    Windows gives them a name until they are closed, and moves no folder that has open files in it.
    """
    return None if _REFUSES_OPEN_FILES else folder


def umask() -> int:
    """Return the permissions that new files are denied. A system tells them only when they are set."""
    os.umask(mask := os.umask(0o077))
    return mask


def try_lock(descriptor: int) -> bool:
    """Lock an open file without waiting; False where another process, or another opening of it, holds it.

    The system releases it when the process ends. Where the file system knows no locks, as on some clusters,
    that is warned of and taken for True.
    """
    try:
        _lock(descriptor) if fcntl else _lock_byte(descriptor, "LK_NBLCK")
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            return False
        log.warning("this file system has no locks: see to it that no other run has the same directory")
    return True


def unlock(descriptor: int) -> None:
    """Release a lock, for processes that inherited it too, and close the file."""
    with suppress(OSError):  # where there are no locks
        fcntl.flock(descriptor, fcntl.LOCK_UN) if fcntl else _lock_byte(descriptor, "LK_UNLCK")
    os.close(descriptor)


def _lock(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _lock_byte(descriptor: int, mode: str) -> None:
    import msvcrt

    windows: Any = msvcrt
    os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
    windows.locking(descriptor, getattr(windows, mode), 1)
