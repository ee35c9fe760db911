"""Files and directories that are complete or absent: written under a temporary name, then renamed.

Nothing else in embedkit writes under a temporary name, except for a run, whose working directory is locked.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from embedkit.files.system import remove, rename, replace, share, sync

_FILE = re.compile(r"\.(.+)\.\w+", re.DOTALL)
"""What `mkstemp` makes of the prefix that it is given here."""

_DIRECTORY = re.compile(r"\.embedkit-[0-9a-f]{16}")


@contextmanager
def written_whole(target: Path, durable: bool = True, overwrite: bool = True) -> Iterator[BinaryIO]:
    """Open a temporary file that becomes `target` when the block ends without an error, or else is deleted.

    It has the permissions of other new files. A file that can be made again need not be `durable`, that is,
    synced to disk. Raises OSError if it cannot be written or renamed, and FileExistsError if there is a file
    called `target` by then and `overwrite` is not set.
    """
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        share(temporary)
        if overwrite:
            replace(temporary, target)
        else:
            _name_once(temporary, target)
    finally:
        remove(temporary)


def write_whole(target: Path, content: bytes) -> None:
    """Write a small file as `written_whole` does. Raises OSError if it cannot be written."""
    with written_whole(target) as file:
        file.write(content)


@contextmanager
def made_whole(target: Path, durable: bool = True, overwrite: bool = True) -> Iterator[Path]:
    """Make a temporary directory that becomes `target` when the block ends without an error.

    After an error it is deleted. If it is `durable`, the files in it are synced to disk before it is renamed,
    and its name afterwards. Raises OSError if it cannot be made, synced or renamed, or if there is a `target`
    with something in it by then and `overwrite` is not set.
    """
    temporary = free_name(target)
    temporary.mkdir()
    try:
        yield temporary
        if durable:
            for path in (*sorted(temporary.iterdir()), temporary):
                sync(path)
        if overwrite:
            remove(target)
        rename(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    if durable:
        sync(target.parent)


def free_name(path: Path) -> Path:
    """Return a path in the same directory that no file or directory has."""
    return path.with_name(f".embedkit-{os.urandom(8).hex()}")


def target_of(name: str) -> str | None:
    """Return the name that a temporary file was to have; None if `name` is not that of a temporary file.

    A process writes such a file just now, or was killed while it wrote it.
    """
    found = _FILE.fullmatch(name)
    return found and found[1]


def is_temporary_directory(name: str) -> bool:
    """Return whether a directory is one that `made_whole` makes, or a process that was killed left behind."""
    return _DIRECTORY.fullmatch(name) is not None


def _name_once(temporary: Path, target: Path) -> None:
    """Rename a file. Raises FileExistsError if there is a `target`."""
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # this file system has no links, and cannot do both in one step
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        replace(temporary, target)
