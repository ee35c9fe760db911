"""Answering from the cache's index of a file, or reading the file once and writing its index."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Protocol

from embedkit.interfaces import Progress
from embedkit.vectors.arrays import DamagedError, read_arrays, write_arrays
from embedkit.vectors.cache import cache_folder, trim
from embedkit.vectors.content import Content
from embedkit.vectors.fingerprint import fingerprint
from embedkit.vectors.index import Index, IndexBuilder
from embedkit.vectors.selection import ScanReport, Selection

log = logging.getLogger(__name__)

WORTH_INDEXING = 32 * 2**20
"""Bytes of a file from which on an index saves time."""


class IndexableReader(Protocol):
    """A file whose records hold a word and its vector, one after the other."""

    name: str
    count: int
    dim: int

    def scan(
        self, selection: Selection, progress: Progress, builder: IndexBuilder | None = None
    ) -> ScanReport:
        """Give `selection` the rows that it wants, and `builder` the places of all words."""


class IndexedReader:
    """Reads through an index in the cache, which the first scan writes."""

    def __init__(self, content: Content, reader: IndexableReader) -> None:
        self.name, self.count, self.dim = reader.name, reader.count, reader.dim
        self._content = content
        self._reader = reader

    def scan(self, selection: Selection, progress: Progress) -> ScanReport:
        """Give `selection` the rows that it wants, by the index where there is a sound one."""
        about = fingerprint(self._content)
        path = cache_folder() / "vectors" / about / "index"
        if self._answer(path, about, selection):
            return ScanReport(self.count, selection.duplicates(), replaced=0, verified=True)
        selection.forget()
        builder = IndexBuilder(self.count)
        report = self._reader.scan(selection, progress, builder)
        self._save(path, about, builder)
        return report

    def _answer(self, path: Path, about: str, selection: Selection) -> bool:
        try:
            Index(read_arrays(path, about), self.count).select(self._content, selection)
            path.touch()
        except FileNotFoundError:
            return False
        except (DamagedError, OSError) as error:
            log.warning(
                "%s: this index cannot be used: %s; %s is read again", path, error, self._content.path
            )
            return False
        return True

    def _save(self, path: Path, about: str, builder: IndexBuilder) -> None:
        try:
            write_arrays(path, about, builder.arrays())
            trim()
        except OSError as error:
            log.warning("%s: no index was written: %s", path, error)
            return
        log.info("%s: wrote an index of %s, %d bytes", path, self._content.path, path.stat().st_size)
