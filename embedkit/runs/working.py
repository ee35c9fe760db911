"""The working directory of a run: marked as embedkit's, and locked while a process writes into it.

A run that is under way lives in `DIR.partial/`. The mark in it is a file that says so, and the lock is on
that file: the directory has it from its first moment on, as it is made under another name and renamed. What
carries no mark belongs to somebody else, whatever its name, and is never touched.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from embedkit.errors import Fault, RunError, TrainingError
from embedkit.files.system import try_lock, unlock

MARK = ".embedkit-run"
UNFINISHED = ".unfinished"
"""There while the files of the run are written; removed after the last, as that needs no room on a disk."""

NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO)
"""Errors of a disk that is full, or fails."""

_MAGIC = b"embedkit: a run is written here"
_TEXT = _MAGIC + b"; embedkit moves, empties and removes this directory.\n"
_ATTEMPTS = 100
"""How often to look again where another process made, moved or removed the directory meanwhile."""

_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.EACCES)
_NOT_A_MARK = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


def partial_of(directory: Path) -> Path:
    """Where a run lives while it is under way."""
    named = directory if directory.name not in ("", "..") else Path(os.path.abspath(directory))  # noqa: PTH100
    return named.parent / f"{named.name}.partial"


def is_marked(partial: Path) -> bool:
    """Whether a directory is the working directory of a run, and no link to one."""
    try:
        descriptor = _open_mark(partial)
    except OSError:
        return False
    if descriptor is None:
        return False
    os.close(descriptor)
    return True


def is_complete(partial: Path) -> bool:
    """Whether all files of a run are in its working directory, so that it has only to be renamed."""
    return is_marked(partial) and not (partial / UNFINISHED).exists()


class Hold:
    """A working directory that this process alone writes into, until it is released."""

    def __init__(self, partial: Path, descriptor: int | None = None) -> None:
        self.partial = partial
        self._descriptor = descriptor

    def release(self) -> None:
        """Let other processes have it."""
        if self._descriptor is not None:
            unlock(self._descriptor)
            self._descriptor = None

    def move(self, target: Path) -> None:
        """Rename the directory. Raises OSError where that cannot be done.

        A system that moves no directory with an open file in it, as Windows, is asked again without the lock.
        """
        try:
            self.partial.rename(target)
        except PermissionError:
            if self._descriptor is None:
                raise
            self.release()
            self.partial.rename(target)

    def discard(self) -> None:
        """Remove the directory, which holds nothing to go on from; as much of it as the system lets."""
        with suppress(OSError):
            clear(self.partial)
            # Other processes look for the mark under this name: it has to go at once.
            emptied = self.partial.with_name(f".embedkit-{secrets.token_hex(8)}")
            self.move(emptied)
            shutil.rmtree(emptied, ignore_errors=True)


@contextmanager
def held(partial: Path) -> Iterator[Hold]:
    """Hold a working directory, made where it is not there, against every other process.

    Raises RunError where another process holds it, where it cannot be made, and where something has its name
    that carries no mark; TrainingError where there is no room for it.
    """
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        hold = Hold(partial, _claim(partial))
    except OSError as error:
        raise _not_made(partial, error) from error
    try:
        yield hold
    finally:
        hold.release()


def make(partial: Path) -> None:
    """Make an empty working directory with its mark, in one step; one that is there meanwhile is left alone.

    Raises OSError where it cannot be made.
    """
    fresh = partial.with_name(f".embedkit-{secrets.token_hex(8)}")
    fresh.mkdir()
    try:
        (fresh / MARK).write_bytes(_TEXT)
        (fresh / UNFINISHED).touch()
        fresh.rename(partial)
    except BaseException as error:
        shutil.rmtree(fresh, ignore_errors=True)
        if not (isinstance(error, OSError) and error.errno in _TAKEN and os.path.lexists(partial)):
            raise


def clear(partial: Path) -> None:
    """Remove what is in a working directory that is not complete, but for its mark."""
    for path in partial.iterdir():
        if path.name not in (MARK, UNFINISHED):
            _remove(path)


def unmark(directory: Path) -> None:
    """Remove the mark: the directory is a finished run, and no longer to be moved or removed."""
    for name in (UNFINISHED, MARK):
        (directory / name).unlink(missing_ok=True)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _claim(partial: Path) -> int:
    """The mark of the working directory, opened and locked."""
    for _ in range(_ATTEMPTS):
        if not os.path.lexists(partial):
            make(partial)
        descriptor = _open_mark(partial)
        if descriptor is None:
            continue
        if not try_lock(descriptor):
            os.close(descriptor)
            raise RunError(Fault("another run is writing this directory", where=str(partial.with_suffix(""))))
        if _is_at(descriptor, partial / MARK):
            return descriptor
        unlock(descriptor)
    raise _in_the_way(partial)


def _open_mark(partial: Path) -> int | None:
    """The mark in a directory, opened; None where there is none. Raises OSError where it cannot be opened."""
    try:
        if not stat.S_ISDIR(partial.lstat().st_mode) or not stat.S_ISREG((partial / MARK).lstat().st_mode):
            return None
        descriptor = os.open(partial / MARK, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError as error:
        if error.errno in _NOT_A_MARK:
            return None
        raise
    if os.read(descriptor, len(_MAGIC)) == _MAGIC:
        return descriptor
    os.close(descriptor)
    return None


def _not_made(partial: Path, error: OSError) -> RunError | TrainingError:
    what = f"the run directory cannot be made: {error.strerror}"
    where = str(error.filename2 or error.filename or partial)
    if error.errno in NO_ROOM:
        return TrainingError(Fault(what, where=where))
    return RunError(Fault(what, where=where, hint="Choose another --out, where you can make a directory."))


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether an open file is the one that has this path now."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except OSError:
        return False


def _in_the_way(partial: Path) -> RunError:
    kind = "directory" if partial.is_dir() else "file"
    kind = "link" if partial.is_symlink() else kind
    what = f"this {kind} is in the way, and embedkit did not make it for a run"
    hint = (
        f"{partial.with_suffix('')} is written there until it is complete: move it, or choose another --out."
    )
    return RunError(Fault(what, where=str(partial), hint=hint))
