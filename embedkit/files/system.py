"""Differences between operating systems in file access.

No other module of embedkit uses a POSIX-only function.
"""

from __future__ import annotations

import errno
import gc
import logging
import os
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import repeat
from pathlib import Path
from typing import Any, Protocol, TypeVar

fcntl: Any
resource: Any
try:
    import resource as _resource

    resource = _resource
except ModuleNotFoundError:
    resource = None
try:
    import fcntl as _fcntl

    fcntl = _fcntl
except ModuleNotFoundError:
    fcntl = None

Result = TypeVar("Result")

PATIENCE = 2.0
"""Seconds to wait for a file that a program has open, where the system refuses to move or remove one."""

FEWEST_TRIES = 3
"""How often at least a refused call is made again, however long that takes."""

_REFUSES_OPEN_FILES = fcntl is None
"""Whether the system refuses to move, replace or remove a file that is open, as Windows does."""

_seeking = threading.Lock()

_NO_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK, errno.EINVAL)
_LOCKED_BYTE = 1 << 30
"""Which byte is locked on Windows, where nobody else can read one that is: one behind the file's end."""

log = logging.getLogger(__name__)


class OpenFile(Protocol):
    """A file of the operating system."""

    def fileno(self) -> int: ...


def read_at(file: OpenFile, size: int, offset: int) -> bytes:
    """Return `size` bytes from `offset` on, or fewer at the end of the file, without moving its position.

    Raises OSError if the file cannot be read.
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


def read_each(file: OpenFile, sizes: Sequence[int], offsets: Sequence[int]) -> bytes:
    """Return what the file has at each of `offsets`, in `sizes` bytes each, concatenated.

    Fewer bytes are returned if the file ends before. The position of the file is not moved. Raises OSError if
    the file cannot be read.
    """
    data = b"".join(map(_read_once, repeat(file.fileno()), sizes, offsets))  # twice as fast as a loop
    if len(data) == sum(sizes):
        return data
    return b"".join(map(read_at, repeat(file), sizes, offsets))


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
    """Write a file, or the names in a directory, through to the disk.

    If a directory cannot be opened, as on Windows, the system stores its names by itself. Raises OSError if
    the file cannot be written through.
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


def moves_open_files() -> bool:
    """Return whether the system moves and removes files, and directories of files, that are open."""
    return not _REFUSES_OPEN_FILES


def replace(source: Path, target: Path) -> None:
    """Replace the file `target`, if it exists, by `source`, in one step.

    Windows refuses while a program, such as a virus scanner, has either of them open: this is tried again for
    two seconds. Raises OSError if it is still refused.
    """
    patiently(lambda: source.replace(target))


def rename(source: Path, target: Path) -> None:
    """Rename a directory, as patiently as `replace`. Raises OSError if it is refused."""
    patiently(lambda: source.rename(target))


def remove(path: Path) -> None:
    """Remove a file, a link, or a directory with all that is in it, as patiently as `replace`.

    Does nothing if there is none. Raises OSError if it is refused.
    """
    if path.is_dir() and not path.is_symlink():
        patiently(lambda: shutil.rmtree(path))
    else:
        patiently(lambda: path.unlink(missing_ok=True))


def patiently(act: Callable[[], Result]) -> Result:
    """Call `act` and return its result; on Windows, call it again while access is refused.

    That is for two seconds, and a few times even where a call takes long.
    """
    until, tries = time.monotonic() + PATIENCE, 0
    while _REFUSES_OPEN_FILES and (time.monotonic() < until or tries < FEWEST_TRIES):
        try:
            return act()
        except PermissionError as error:
            _close_unreachable(error)
        tries += 1
        time.sleep(0.05)
    return act()


def _close_unreachable(error: BaseException) -> None:
    """Close the files that only reference cycles hold, or functions that ended by an exception.

    These are the functions in the tracebacks of `error` and of the exceptions that were being handled when it
    was raised.
    """
    each: BaseException | None = error
    while each is not None:
        traceback.clear_frames(each.__traceback__)
        each = each.__context__
    gc.collect()


def folder_of_nameless_files(folder: Path) -> Path | None:
    """Return the folder for unnamed files that belong to `folder`; None means the system's temporary folder.

    It is None on Windows, which gives such files a name until they are closed, and does not move a folder
    that has open files in it.
    """
    return None if _REFUSES_OPEN_FILES else folder


def peak_memory() -> int:
    """Return the most memory that this process has had, in bytes."""
    if resource is None:
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    unit = 1 if sys.platform == "darwin" else 1024
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * unit


def share(path: Path) -> None:
    """Give a file the permissions of other new files, where it was made for its owner alone."""
    path.chmod(0o666 & ~_umask())


def _umask() -> int:
    """Return the permissions that new files are denied. They can be read only by setting them."""
    os.umask(mask := os.umask(0o077))
    return mask


def try_lock(descriptor: int, warn: bool = True) -> bool:
    """Take a lock on an open file without waiting; return False if another process, or opening of it, has it.

    The system releases the lock when the process ends. If the file system has no locks, as on some clusters,
    returns True, and warns of it if `warn`.
    """
    try:
        _lock(descriptor) if fcntl else _lock_byte(descriptor, "LK_NBLCK")
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            return False
        if warn:
            log.warning("this file system has no locks: see to it that no other run has the same directory")
    return True


def unlock(descriptor: int) -> None:
    """Give up a lock, for processes that inherited it too, and close the file."""
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
