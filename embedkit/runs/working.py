"""The working directory of a run: marked as embedkit's, and locked while a process writes into it.

A run in progress writes to `DIR.partial/`. The mark is a file in it that says so, and the lock is on that
file, or, on Windows, which moves no directory with an open file in it, on a file beside the directory, which
is there for as long as the lock. The directory has its mark from the start, because it is made under another
name and then renamed. A directory without a mark belongs to somebody else, whatever its name, and is never
touched.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from embedkit.errors import Fault, RunError, TrainingError
from embedkit.files.atomic import free_name, made_whole
from embedkit.files.locks import Lock, is_at, take
from embedkit.files.system import moves_open_files, patiently, remove, rename, try_lock, unlock
from embedkit.runs import layout

PARTIAL = ".partial"
"""The ending of the name of a working directory; names of runs have dots too, as in `lr-0.01`."""

NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO)
"""Errors of a disk that is full, or fails."""

_MAGIC = b"embedkit: a run is written here"
_TEXT = _MAGIC + b"; embedkit moves, empties and removes this directory.\n"
_ATTEMPTS = 100
"""Attempts while other processes make, move or remove the directory."""

_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.EACCES)
_NOT_A_MARK = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


def partial_of(directory: Path) -> Path:
    """Return the path of the working directory of a run."""
    named = directory if directory.name not in ("", "..") else Path(os.path.abspath(directory))  # noqa: PTH100
    return named.parent / f"{named.name}{PARTIAL}"


def is_marked(partial: Path) -> bool:
    """Return whether a directory is the working directory of a run, and not a link to one."""
    try:
        descriptor = _open_mark(partial)
    except OSError:
        return False
    if descriptor is None:
        return False
    os.close(descriptor)
    return True


def is_complete(partial: Path) -> bool:
    """Return whether a working directory holds all files of its run, so that it only has to be renamed."""
    return is_marked(partial) and not (partial / layout.UNFINISHED).exists()


class Hold:
    """A working directory that only this process writes into, until it is released."""

    def __init__(self, partial: Path, lock: Lock | None = None) -> None:
        self.partial = partial
        self._lock = lock

    def release(self) -> None:
        """Let other processes lock the directory."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def move(self, target: Path) -> None:
        """Give the directory the name `target`. Raises OSError if it cannot be renamed.

        A disk of Windows moves no directory with an open file in it, seen from Linux too: a lock in the
        directory is released for a second attempt.
        """
        try:
            rename(self.partial, target)
        except PermissionError:
            if self._lock is None or self._lock.removed:
                raise
            self.release()
            rename(self.partial, target)

    def discard(self) -> None:
        """Remove the directory, as far as the system allows; it holds nothing to resume."""
        with suppress(OSError):
            clear(self.partial)
            # Other processes look for the mark under this name: it has to go at once.
            emptied = free_name(self.partial)
            self.move(emptied)
            shutil.rmtree(emptied, ignore_errors=True)


@contextmanager
def held(partial: Path) -> Iterator[Hold]:
    """Make a working directory if there is none, and lock it against other processes for the block.

    Raises RunError if another process holds it, if it cannot be made, or if something without a mark has its
    name; TrainingError if the disk is full.
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
    """Make an empty working directory with its mark, atomically; one made by another process is left alone.

    Raises OSError if it cannot be made.
    """
    try:
        with made_whole(partial, durable=False, overwrite=False) as fresh:
            (fresh / layout.MARK).write_bytes(_TEXT)
            (fresh / layout.UNFINISHED).touch()
    except OSError as error:
        if not (error.errno in _TAKEN and os.path.lexists(partial)):
            raise


def clear(partial: Path) -> None:
    """Remove everything but the mark from the working directory of an incomplete run."""
    for path in partial.iterdir():
        if path.name not in (layout.MARK, layout.UNFINISHED):
            remove(_aside(path))


def _aside(path: Path) -> Path:
    """Rename a directory, and return its path.

    If the process is killed while it removes an inner run, what is left is not taken for a complete one.
    """
    if path.is_symlink() or not path.is_dir():
        return path
    aside = free_name(path)
    rename(path, aside)
    return aside


def unmark(directory: Path) -> None:
    """Remove the mark, because the directory is a finished run that must not be moved or removed."""
    for name in (layout.UNFINISHED, layout.MARK):
        remove(directory / name)


def _claim(partial: Path) -> Lock:
    """Lock the working directory, which is made if there is none.

    Raises RunError if another process holds the lock, or if something without a mark has the name.
    """
    return _lock_mark(partial) if moves_open_files() else _lock_beside(partial)


def _lock_mark(partial: Path) -> Lock:
    """Lock the working directory by its mark."""
    for _ in range(_ATTEMPTS):
        if not os.path.lexists(partial):
            make(partial)
        descriptor = _open_mark(partial)
        if descriptor is None:
            continue
        if not try_lock(descriptor):
            os.close(descriptor)
            raise _held_by_another(partial)
        if is_at(descriptor, partial / layout.MARK):
            return Lock(descriptor)
        unlock(descriptor)
    raise _in_the_way(partial)


def _lock_beside(partial: Path) -> Lock:
    """Lock the working directory by a file beside it."""
    lock = take(_lock_file(partial))
    if lock is None:
        raise _held_by_another(partial)
    try:
        _make_marked(partial)
    except BaseException:
        lock.release()
        raise
    return lock


def _lock_file(partial: Path) -> Path:
    """Return the file that is locked for a working directory, one for all spellings of its name."""
    digest = sha256(partial.name.casefold().encode(errors="surrogatepass")).hexdigest()[:16]
    return partial.with_name(f".embedkit-{digest}.lock")


def _make_marked(partial: Path) -> None:
    """Make the working directory if there is none. Raises RunError if something else has its name."""
    if not os.path.lexists(partial):
        make(partial)
    descriptor = patiently(lambda: _open_mark(partial))
    if descriptor is None:
        raise _in_the_way(partial)
    os.close(descriptor)


def _open_mark(partial: Path) -> int | None:
    """Open the mark in a directory; None if there is none. Raises OSError if it cannot be opened."""
    try:
        if not stat.S_ISDIR(partial.lstat().st_mode) or not stat.S_ISREG(
            (partial / layout.MARK).lstat().st_mode
        ):
            return None
        descriptor = os.open(partial / layout.MARK, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError as error:
        if error.errno in _NOT_A_MARK:
            return None
        raise
    if os.read(descriptor, len(_MAGIC)) == _MAGIC:
        return descriptor
    os.close(descriptor)
    return None


def _held_by_another(partial: Path) -> RunError:
    return RunError(Fault("another run is writing this directory", where=str(partial.with_suffix(""))))


def _not_made(partial: Path, error: OSError) -> RunError | TrainingError:
    what = f"the run directory cannot be made: {error.strerror}"
    where = str(error.filename2 or error.filename or partial)
    if error.errno in NO_ROOM:
        return TrainingError(Fault(what, where=where))
    return RunError(Fault(what, where=where, hint="Choose another --out, where you can make a directory."))


def _in_the_way(partial: Path) -> RunError:
    kind = "directory" if partial.is_dir() else "file"
    kind = "link" if partial.is_symlink() else kind
    what = f"this {kind} is in the way, and embedkit did not make it for a run"
    hint = (
        f"{partial.with_suffix('')} is written there until it is complete: move it, or choose another --out."
    )
    return RunError(Fault(what, where=str(partial), hint=hint))
