"""The folder of what was worked out of files and texts, so that the next run need not do it again.

It is that of the environment variable EMBEDKIT_CACHE, or else the platform's, and carries a CACHEDIR.TAG
(https://bford.info/cachedir/). Everything in it can be deleted at any time; what is damaged in it is noticed
and made again. Nothing is deleted but files that embedkit names so, in a folder that carries its tag.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from embedkit.errors import CacheError, Fault
from embedkit.files.atomic import written_whole

log = logging.getLogger(__name__)

LIMIT = 20 * 2**30
"""Bytes that the cache may take before what was longest not used is deleted."""

TAG = "CACHEDIR.TAG"
SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55\n# This is a cache of embedkit"
_TAG = SIGNATURE + b": all of it can be deleted.\n# See https://bford.info/cachedir/\n"

_KINDS = ("vectors", "tokens")
_FOLDER = re.compile(r"[0-9a-f]{32}")
_FILE = re.compile(r"index|tokens|(rows|copy)-[0-9a-f]{16}(\.safetensors)?")
_UNFINISHED = re.compile(rf"\.({_FILE.pattern})\.\w+")


class Entry(NamedTuple):
    """A file in the cache, its bytes, and when it was used last, in seconds since 1970."""

    path: Path
    size: int
    used: float


def cache_folder() -> Path:
    """Return where the cache is, or would be. Raises CacheError for a home directory that nobody has."""
    from platformdirs import user_cache_path

    given = os.environ.get("EMBEDKIT_CACHE")
    if not given:
        return user_cache_path("embedkit", appauthor=False)
    try:
        return Path(given).expanduser()
    except RuntimeError as error:
        raise CacheError(Fault(f"'{given}': {error}", where="EMBEDKIT_CACHE")) from error


def make_folder(folder: Path) -> None:
    """Make the cache, with its tag, unless it is there.

    Raises CacheError for a folder of somebody else's, OSError where nothing can be written.
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
        foreign = [path.name for path in folder.iterdir() if not path.name.startswith(f".{TAG}.")]
    except FileNotFoundError:
        return
    if foreign and not _is_tagged(folder):
        what = f"is not a cache of embedkit: it has no {TAG}, and '{min(foreign)}' is in it"
        hint = "Let EMBEDKIT_CACHE name a new or an empty folder."
        raise CacheError(Fault(what, where=str(folder), hint=hint))


def entries() -> list[Entry]:
    """Return what is in the cache, the longest not used first.

    Raises CacheError for a folder of somebody else's.
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
    inner = [entry for kind in _KINDS for entry in _scan(folder / kind) if _FOLDER.fullmatch(entry.name)]
    for each in inner:
        for entry in _scan(Path(each)):
            if _FILE.fullmatch(entry.name) or _UNFINISHED.fullmatch(entry.name):
                with suppress(FileNotFoundError):  # another process deleted it just now
                    status = entry.stat(follow_symlinks=False)
                    yield Entry(Path(entry), status.st_size, status.st_mtime)


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    """Return what is in a folder, links left out; nothing where it is gone, or a link itself."""
    if folder.is_symlink():
        return []
    try:
        with os.scandir(folder) as found:
            return [entry for entry in found if not entry.is_symlink()]
    except OSError:
        return []


def sources(found: Iterable[Entry]) -> dict[Path, str | None]:
    """Return what each entry was made of: a word-vector file, where it was then, or texts and a tokenizer.

    None where nothing tells.
    """
    from embedkit.files.arrays import source_of

    folders = {entry.path.parent for entry in found}
    told = {folder: [source_of(Path(entry)) for entry in _scan(folder)] for folder in folders}
    return {entry.path: next(filter(None, told[entry.path.parent]), None) for entry in found}


def trim(limit: int = LIMIT) -> list[Entry]:
    """Delete what was longest not used until at most `limit` bytes are left; return what was deleted.

    What cannot be deleted, such as a file that Windows finds in use, stays.
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
