"""The folder of what was worked out of files and texts, so that the next run need not do it again.

It is that of the environment variable EMBEDKIT_CACHE, or else the platform's. Everything in it can be deleted
at any time; what is damaged in it is noticed and made again.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

log = logging.getLogger(__name__)

LIMIT = 20 * 2**30
"""Bytes that the cache may take before what was longest not used is deleted."""


class Entry(NamedTuple):
    """A file in the cache, its bytes, and when it was used last, in seconds since 1970."""

    path: Path
    size: int
    used: float


def cache_folder() -> Path:
    """Where the cache is, or would be."""
    from platformdirs import user_cache_path

    given = os.environ.get("EMBEDKIT_CACHE")
    return Path(given).expanduser() if given else user_cache_path("embedkit", appauthor=False)


def entries() -> list[Entry]:
    """What is in the cache, the longest not used first."""
    return sorted(_entries(), key=lambda entry: entry.used)


def _entries() -> Iterator[Entry]:
    for path in chain.from_iterable(map(cache_folder().glob, ("vectors/*/*", "tokens/*/*"))):
        try:
            status = path.stat()
        except FileNotFoundError:  # another process deleted it just now
            continue
        yield Entry(path, status.st_size, status.st_mtime)


def sources(found: Iterable[Entry]) -> dict[Path, str | None]:
    """What each entry was made of: a word-vector file, where it was then, or texts, by which tokenizer.

    None where nothing tells.
    """
    from embedkit.vectors.arrays import source_of

    folders = {entry.path.parent for entry in found}
    told = {folder: [source_of(path) for path in folder.iterdir()] for folder in folders}
    return {entry.path: next(filter(None, told[entry.path.parent]), None) for entry in found}


def clear() -> list[Entry]:
    """Delete everything in the cache; what that was."""
    return trim(0)


def trim(limit: int = LIMIT) -> list[Entry]:
    """Delete what was longest not used until at most `limit` bytes are left; what was deleted."""
    found = entries()
    excess = sum(entry.size for entry in found) - limit
    deleted = []
    for entry in found:
        if excess <= 0:
            break
        entry.path.unlink(missing_ok=True)
        excess -= entry.size
        deleted.append(entry)
    for folder in {entry.path.parent for entry in deleted}:
        if not any(folder.iterdir()):
            folder.rmdir()
    return deleted
