"""The cache folder: results computed from files and texts, kept so that the next run need not compute them.

The environment variable EMBEDKIT_CACHE names it; otherwise it is the platform's cache folder. It carries a
CACHEDIR.TAG (https://bford.info/cachedir/). Everything in it can be deleted at any time; a damaged file is
noticed and made again. embedkit deletes only files with its own names, in a folder with its tag.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from embedkit.errors import CacheError, Fault
from embedkit.files.atomic import target_of, written_whole
from embedkit.files.locks import Lock, take

log = logging.getLogger(__name__)

LIMIT = 20 * 2**30
"""Bytes that the cache may take before what was longest not used is deleted."""

TAG = "CACHEDIR.TAG"
SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55\n# This is a cache of embedkit"
_TAG = SIGNATURE + b": all of it can be deleted.\n# See https://bford.info/cachedir/\n"

_KINDS = ("vectors", "tokens", "baselines", "trained", "encoded")
_FOLDER = r"[0-9a-f]{32}"
_LOCK = "lock"
_WHOLE = "index|tokens|fit|vectors"
_NUMBERED = r"(probabilities|encoded)-[0-9a-f]{16}|(rows|copy)-[0-9a-f]{16}(\.safetensors)?"
_FILE = rf"{_WHOLE}|{_LOCK}|{_NUMBERED}"

PATIENCE = 600.0
"""Seconds for which a process waits for another one that computes the same."""

INTERVAL = 0.05
"""Seconds after which it looks again."""


class Entry(NamedTuple):
    """A file in the cache, its bytes, and when it was used last, in seconds since 1970."""

    path: Path
    size: int
    used: float


def cache_folder() -> Path:
    """Return the path of the cache, which need not exist.

    Raises CacheError if the home directory is unknown.
    """
    given = os.environ.get("EMBEDKIT_CACHE")
    if not given:
        from platformdirs import user_cache_path

        return user_cache_path("embedkit", appauthor=False)
    try:
        return Path(given).expanduser()
    except RuntimeError as error:
        raise CacheError(Fault(f"'{given}': {error}", where="EMBEDKIT_CACHE")) from error


def make_folder(folder: Path) -> None:
    """Make the cache folder, with its tag, unless it exists.

    Raises CacheError if the folder holds other files and no tag, and OSError if it cannot be written.
    """
    if not _is_tagged(folder):
        _refuse_foreign(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with written_whole(folder / TAG, durable=False) as file:
            file.write(_TAG)


def _is_tagged(folder: Path) -> bool:
    try:
        with (folder / TAG).open("rb") as file:
            return file.read(len(SIGNATURE)) == SIGNATURE
    except OSError:
        return False


def _refuse_foreign(folder: Path) -> None:
    try:
        foreign = [path.name for path in folder.iterdir() if target_of(path.name) != TAG]
    except FileNotFoundError:
        return
    if foreign and not _is_tagged(folder):
        what = f"is not a cache of embedkit: it has no {TAG}, and '{min(foreign)}' is in it"
        hint = "Let EMBEDKIT_CACHE name a new or an empty folder."
        raise CacheError(Fault(what, where=str(folder), hint=hint))


@contextmanager
def one_at_a_time(inner: str) -> Iterator[None]:
    """Let only one process at a time run the block for the folder `inner` of the cache.

    Others wait until it is done or has ended. Where there can be no lock, as in a cache that cannot be
    written, or if it takes more than ten minutes, they do not wait: they compute the same.
    """
    lock = _lock(inner)
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


def _lock(inner: str) -> Lock | None:
    """Lock a folder of the cache.

    Returns None if there can be no lock, or if it could not be taken for PATIENCE seconds.
    """
    until = time.monotonic() + PATIENCE
    with suppress(CacheError, OSError):
        make_folder(folder := cache_folder())
        (folder / inner).mkdir(parents=True, exist_ok=True)
        while not (lock := take(folder / inner / _LOCK, warn=False)) and time.monotonic() < until:
            time.sleep(INTERVAL)
        return lock
    return None


def entries() -> list[Entry]:
    """Return the files in the cache, the least recently used first.

    Raises CacheError if the folder holds other files and no tag, or cannot be read.
    """
    folder = cache_folder()
    if not folder.exists():
        return []
    try:
        _refuse_foreign(folder)
    except OSError as error:
        raise CacheError(Fault(f"cannot be read: {error.strerror}", where=str(folder))) from error
    return sorted(_entries(folder), key=lambda entry: entry.used)


def _entries(folder: Path) -> Iterator[Entry]:
    inner = [entry for kind in _KINDS for entry in _scan(folder / kind) if re.fullmatch(_FOLDER, entry.name)]
    for each in inner:
        for entry in _scan(Path(each)):
            if re.fullmatch(_FILE, target_of(entry.name) or entry.name):
                with suppress(FileNotFoundError):  # another process deleted it just now
                    status = entry.stat(follow_symlinks=False)
                    yield Entry(Path(entry), status.st_size, status.st_mtime)


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    """Return the entries of a folder, without links; an empty list if it is gone, or is a link itself."""
    if folder.is_symlink():
        return []
    try:
        with os.scandir(folder) as found:
            return [entry for entry in found if not entry.is_symlink()]
    except OSError:
        return []


def sources(found: Iterable[Entry]) -> dict[Path, str | None]:
    """Return what each entry was made of: a word-vector file, at its path then, or texts and a tokenizer.

    The value is None if it cannot be told.
    """
    from embedkit.files.arrays import source_of

    folders = {entry.path.parent for entry in found}
    told = {folder: [source_of(Path(entry)) for entry in _scan(folder)] for folder in folders}
    return {entry.path: next(filter(None, told[entry.path.parent]), None) for entry in found}


def trim(limit: int = LIMIT) -> list[Entry]:
    """Delete the least recently used files until at most `limit` bytes are left; return the deleted entries.

    Files that cannot be deleted stay, such as files in use on Windows.
    """
    found = entries()
    excess = sum(entry.size for entry in found) - limit
    deleted = []
    for entry in found:
        if excess <= 0:
            break
        try:
            entry.path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s: stays in the cache: %s", entry.path, error.strerror)
            continue
        excess -= entry.size
        deleted.append(entry)
    for folder in {entry.path.parent for entry in deleted}:
        with suppress(OSError):  # something else is in it, or came just now
            folder.rmdir()
    return deleted
